"""The whole product: HTTP through Django, the sockets through Channels."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langportal.settings")
django_application = get_asgi_application()

from sessions_core.realtime.routing import application as sockets  # noqa: E402 (needs the apps)

application = ProtocolTypeRouter({"http": django_application, "websocket": sockets})
