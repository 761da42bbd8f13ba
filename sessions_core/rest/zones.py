"""The caller's time zone, from the ``X-Timezone`` header."""

from rest_framework.request import Request

from ..app_settings import app_settings
from ..zones import is_zone
from .problems import BadInput, FieldError

HEADER = "X-Timezone"


def zone_of(request: Request) -> str:
    """An IANA name; without the header, ``SESSIONS_DEFAULT_ZONE``. Raises ``BadInput``."""
    name = request.headers.get(HEADER)
    if name is None:
        return app_settings.DEFAULT_ZONE
    if not is_zone(name):
        text = f"{HEADER} must be an IANA time zone such as Europe/Madrid"
        raise BadInput(FieldError(("header", HEADER), text))
    return name
