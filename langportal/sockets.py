"""Which socket is served where: the map of the product's live side."""

from channels.routing import URLRouter
from django.urls import re_path

from analytics.live import routing as therapist_training
from sessions_core.realtime import routing as learning
from sessions_core.realtime.consumer import nothing_here

application = URLRouter(
    [
        *learning.websocket_urlpatterns,
        *therapist_training.websocket_urlpatterns,
        re_path(r"", nothing_here),
    ]
)
