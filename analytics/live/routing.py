"""The therapist surface's sockets. A host project puts them beside its own."""

from django.urls import re_path

from .sockets import session_socket, therapist_socket

websocket_urlpatterns = [
    re_path(r"^ws/therapist-sessions/(?P<id>[^/]*)/?\Z", session_socket),
    re_path(r"^ws/therapists/(?P<id>[^/]*)/?\Z", therapist_socket),
]
