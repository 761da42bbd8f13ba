"""The therapist surface's sockets. A host project puts them beside its own."""

from typing import Any

from django.urls import re_path

from .sockets import session_socket, therapist_socket

# Django's types know views alone.
_session: Any = session_socket
_therapist: Any = therapist_socket

websocket_urlpatterns = [
    re_path(r"^ws/therapist-sessions/(?P<id>[^/]*)/?\Z", _session),
    re_path(r"^ws/therapists/(?P<id>[^/]*)/?\Z", _therapist),
]
