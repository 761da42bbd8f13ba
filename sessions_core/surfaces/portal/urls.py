"""Addresses of the portal, below ``/api/v1/sessions/`` and its alias ``/v1/sessions/``."""

from django.urls import URLPattern

from ...rest.routes import both
from .views import PortalViewSet

_VERBS = ("progress", "complete", "cancel", "resume")


def _post(action: str):
    return PortalViewSet.as_view({"post": action})


urlpatterns: list[URLPattern] = [
    *both("start", _post("start"), "start"),
    *both("history", PortalViewSet.as_view({"get": "history"}), "history"),
    *both("<session_id>/progress/batch", _post("batch"), "batch"),
    *(pattern for verb in _VERBS for pattern in both(f"<session_id>/{verb}", _post(verb), verb)),
    *both("<session_id>", PortalViewSet.as_view({"get": "details"}), "details"),
]
