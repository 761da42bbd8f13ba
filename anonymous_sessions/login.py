"""Signing in and registering adopt the browser's session."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from .access import find
from .adopt import adopt
from .app_settings import app_settings
from .cookies import read
from .errors import InvalidSessionId, UnknownSession
from .models import Adoption


@receiver(user_logged_in, dispatch_uid="anonymous_sessions.adopt")
def adopt_at_login(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if request is not None:
        adopt_from(request, user.pk)


def adopt_from(request: HttpRequest, user_id: int) -> Adoption | None:
    """Adopt the session of the browser that is signing in; ``None`` where there is none to adopt,
    or ``ANONYMOUS_SESSIONS_ADOPT_ON_LOGIN`` is off.

    For a sign-in or a registration that sends no ``user_logged_in``.
    """
    if not app_settings.ADOPT_ON_LOGIN:
        return None
    try:
        session_id = read(request)
        return None if session_id is None else adopt(find(session_id, user_id).session, user_id)
    except (InvalidSessionId, UnknownSession):
        return None
