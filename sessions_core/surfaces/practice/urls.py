"""Addresses of guided practice.

``beside_the_portal`` stands with the portal's addresses at ``/api/v1/sessions/``. ``urlpatterns``
is the surface alone, for a host that wants no chooser: at ``/api/v1/practice/sessions/``, where
the API documents name only what they do not name there.
"""

from typing import Any

from django.urls import URLPattern, re_path

from ...rest.routes import both, undocumented_twins
from ...rest.views import catch_all
from .errors import PRACTICE
from .reports import ReportsViewSet, ShareLinkViewSet
from .views import PracticeViewSet


def _session(route: str, methods: dict[str, Any], name: str) -> list[URLPattern]:
    return both(route, PracticeViewSet.as_view(methods), f"practice-{name}")


def _report(route: str, action: str) -> list[URLPattern]:
    return both(route, ReportsViewSet.as_view({"get": action}), f"practice-{action}")


_ONE = "<str:session_id>"
_SHARING: dict[str, Any] = {"post": "share", "delete": "unshare"}

beside_the_portal: list[URLPattern] = [
    *_session("complete", {"post": "complete"}, "complete"),
    *_session("current", {"get": "current"}, "current"),
    *_report("stats", "stats"),
    *_report("stats/explain", "explain"),
    *_report("calendar", "calendar"),
    *both("shared/<str:token>", ShareLinkViewSet.as_view({"get": "shared"}), "practice-shared"),
    *_session(f"{_ONE}/pause", {"put": "pause"}, "pause"),
    *_session(f"{_ONE}/poses", {"post": "poses"}, "poses"),
    *_session(f"{_ONE}/notes", {"get": "read_notes"}, "read-notes"),
    *_session(f"{_ONE}/share", _SHARING, "share"),
]
_twice_served: list[URLPattern] = [
    *_session(f"{_ONE}/resume", {"post": "resume", "put": "resume"}, "resume"),
    *beside_the_portal,
    *_session(_ONE, {"patch": "notes"}, "notes"),
]
urlpatterns: list[URLPattern] = [
    *_session("start", {"post": "start"}, "start"),
    *undocumented_twins(_twice_served),
    re_path("", catch_all(PRACTICE)),
]
