"""Addresses of the exercises, below ``/api/exercises/`` and its alias ``/exercises/``."""

from ...rest.routes import both
from .views import ExercisesViewSet

urlpatterns = [
    *both("session/start", ExercisesViewSet.as_view({"post": "start"}), "start"),
    *both("submit", ExercisesViewSet.as_view({"post": "submit"}), "submit"),
    *both("session/end", ExercisesViewSet.as_view({"post": "end"}), "end"),
]
