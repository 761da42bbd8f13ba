"""The cookie that carries the session's id."""

from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from .app_settings import app_settings
from .expiry import lifetime
from .identity import parse

R = TypeVar("R", bound=HttpResponseBase)


def read(request: HttpRequest) -> UUID | None:
    """The id in the browser's cookie. Raises ``InvalidSessionId`` for anything but an id."""
    text = request.COOKIES.get(app_settings.COOKIE_NAME)
    return None if text is None else parse(text)


def write(response: R, session_id: UUID) -> R:
    """Give the browser the id for another 30 days, and keep the answer out of every cache."""
    secure = app_settings.COOKIE_SECURE
    response.set_cookie(
        app_settings.COOKIE_NAME,
        str(session_id),
        max_age=lifetime(),
        domain=app_settings.COOKIE_DOMAIN,
        secure=not settings.DEBUG if secure is None else secure,
        httponly=True,
        samesite="Lax",
    )
    response["Cache-Control"] = "no-store"
    return response
