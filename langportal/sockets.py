"""Which socket is served where: the map of the product's live side."""

from typing import Any, cast

from channels.routing import URLRouter
from django.urls import re_path

from analytics.live import routing as therapist_training
from sessions_core.realtime import routing as learning
from sessions_core.realtime.consumer import nothing_here

# Django's stubs know of views alone, Channels' of its own consumers alone.
_routes: list[Any] = [
    *learning.websocket_urlpatterns,
    *therapist_training.websocket_urlpatterns,
    re_path(r"", cast(Any, nothing_here)),
]
application = URLRouter(_routes)
