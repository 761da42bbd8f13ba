"""Which socket is served where. A host project puts ``application`` under "websocket"."""

from channels.routing import URLRouter
from django.urls import re_path

from .consumer import nothing_here, session_socket

websocket_urlpatterns = [
    re_path(r"^ws/sessions/(?P<session_id>[^/]*)/?\Z", session_socket),
]

application = URLRouter([*websocket_urlpatterns, re_path(r"", nothing_here)])
