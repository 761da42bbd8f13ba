"""Addresses of guided practice.

``shared`` stands beside the portal's at ``/api/v1/sessions/``, where the one address that both
claim, ``start``, is left to the chooser. ``urlpatterns`` is the surface alone, for a host that
wants no chooser: at ``/api/v1/practice/sessions/``.
"""

from django.urls import URLPattern, re_path

from ...rest.routes import both
from ...rest.views import catch_all
from .errors import PRACTICE
from .reports import ReportsViewSet, SharedViewSet
from .views import PracticeViewSet


def _session(route: str, methods: dict[str, str], name: str) -> list[URLPattern]:
    return both(route, PracticeViewSet.as_view(methods), f"practice-{name}")


def _report(route: str, action: str) -> list[URLPattern]:
    return both(route, ReportsViewSet.as_view({"get": action}), f"practice-{action}")


_ONE = "<session_id>"
_SHARING = {"post": "share", "delete": "unshare"}

beside_the_portal: list[URLPattern] = [
    *_session("complete", {"post": "complete"}, "complete"),
    *_session("current", {"get": "current"}, "current"),
    *_report("stats", "stats"),
    *_report("stats/explain", "explain"),
    *_report("calendar", "calendar"),
    *both("shared/<token>", SharedViewSet.as_view({"get": "shared"}), "practice-shared"),
    *_session(f"{_ONE}/pause", {"put": "pause"}, "pause"),
    *_session(f"{_ONE}/poses", {"post": "poses"}, "poses"),
    *_session(f"{_ONE}/notes", {"get": "read_notes"}, "read-notes"),
    *_session(f"{_ONE}/share", _SHARING, "share"),
]
urlpatterns: list[URLPattern] = [
    *_session("start", {"post": "start"}, "start"),
    *_session(f"{_ONE}/resume", {"post": "resume", "put": "resume"}, "resume"),
    *beside_the_portal,
    *_session(_ONE, {"patch": "notes"}, "notes"),
    re_path("", catch_all(PRACTICE)),
]
