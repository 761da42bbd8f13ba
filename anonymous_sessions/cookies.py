"""Reads and writes the cookie with the session's id."""

from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from .app_settings import app_settings
from .expiry import lifetime
from .identity import parse

R = TypeVar("R", bound=HttpResponseBase)


def read(request: HttpRequest) -> UUID | None:
    """Returns the id in the browser's cookie. Raises ``InvalidSessionId`` if it is none."""
    text = request.COOKIES.get(app_settings.COOKIE_NAME)
    return None if text is None else parse(text)


def write(response: R, session_id: UUID) -> R:
    """Sets the cookie for another 30 days, and keeps the response out of caches."""
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
