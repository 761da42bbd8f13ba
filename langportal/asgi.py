"""The whole product: HTTP through Django, the sockets through Channels."""

import gc
import os
from typing import cast

import django
from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.utils.module_loading import import_string

from .bounded_body import Application, BoundedBody
from .threaded_django import ThreadedDjango

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langportal.settings")
django.setup(set_prefix=False)
django_application = ThreadedDjango()

application = ProtocolTypeRouter(
    {
        # By their paths: they may only be imported once Django has loaded the apps.
        "http": import_string("sessions_core.fast.FastPath")(
            BoundedBody(cast(Application, django_application), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        ),
        "websocket": import_string("langportal.sockets.application"),
    }
)

# What is loaded now stays. The collector would look through all of it again and again, which takes
# a fifth of the time of an answer.
gc.collect()
gc.freeze()
# Nor need it look after every 700 new objects, which ten requests under way have: it would find
# them in use, and all that is remembered of sessions and tokens too, 40 ms at a time. What goes in
# circles waits for some megabytes more.
gc.set_threshold(20_000, 20, 20)
