"""Addresses that are the portal's alone, below ``/api/v1/sessions/``."""

from django.urls import URLPattern

from ...rest.routes import both
from .views import PortalViewSet


def _post(action: str, route: str) -> list[URLPattern]:
    return both(f"<str:session_id>/{route}", PortalViewSet.as_view({"post": action}), action)


urlpatterns: list[URLPattern] = [
    *both("history", PortalViewSet.as_view({"get": "history"}), "history"),
    *_post("progress", "progress"),
    *_post("batch", "progress/batch"),
    *_post("complete", "complete"),
    *_post("cancel", "cancel"),
]
