"""Addresses of the exercises, below ``/api/exercises/`` and its alias ``/exercises/``."""

from django.urls import re_path

from ...rest.routes import both
from ...rest.views import catch_all
from .errors import EXERCISES
from .views import ExercisesViewSet

urlpatterns = [
    *both("session/start", ExercisesViewSet.as_view({"post": "start"}), "start"),
    *both("submit", ExercisesViewSet.as_view({"post": "submit"}), "submit"),
    *both("session/end", ExercisesViewSet.as_view({"post": "end"}), "end"),
    re_path("", catch_all(EXERCISES)),
]
