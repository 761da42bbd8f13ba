"""Addresses of evaluations, with a catch-all for those below ``/api/evaluation/``."""

from typing import Any

from django.urls import re_path

from analytics.views.nowhere import Nowhere
from sessions_core.rest.routes import both

from .dialect import EVALUATION
from .views import EvaluationViewSet

COLLECTION: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    *both("evaluation", EvaluationViewSet.as_view(COLLECTION), "evaluations"),
    *both("evaluation/<str:evaluation_id>", EvaluationViewSet.as_view(ONE), "evaluation"),
    re_path(r"^evaluation/[\s\S]*$", Nowhere.as_view(dialect=EVALUATION)),
]
