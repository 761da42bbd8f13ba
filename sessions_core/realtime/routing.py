"""Which socket is served where. A host project puts ``application`` under "websocket"."""

from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from .consumer import nothing_here, session_socket


def _socket(pattern: str, application: Any) -> Any:
    """Channels routes ASGI applications by Django's patterns, which expect views."""
    return re_path(pattern, application)


websocket_urlpatterns: list[Any] = [
    _socket(r"^ws/sessions/(?P<session_id>[^/]*)/?\Z", session_socket),
]

application = URLRouter([*websocket_urlpatterns, _socket(r"", nothing_here)])
