"""The whole product: HTTP through Django, the sockets through Channels."""

import os
from typing import cast

from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

from .bounded_body import Application, BoundedBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langportal.settings")
django_application = get_asgi_application()

application = ProtocolTypeRouter(
    {
        # By their paths: they may only be imported once Django has loaded the apps.
        "http": import_string("sessions_core.fastlane.FastLane")(
            BoundedBody(cast(Application, django_application), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        ),
        "websocket": import_string("langportal.sockets.application"),
    }
)
