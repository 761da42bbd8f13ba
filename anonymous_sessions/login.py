"""Adopts the browser's session when its user signs in or registers."""

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
    """Adopts the browser's session, for sign-ins and registrations without ``user_logged_in``.

    Returns ``None`` if there is nothing to adopt or ``ANONYMOUS_SESSIONS_ADOPT_ON_LOGIN`` is off.
    """
    if not app_settings.ADOPT_ON_LOGIN:
        return None
    try:
        session_id = read(request)
        return None if session_id is None else adopt(find(session_id, user_id).session, user_id)
    except (InvalidSessionId, UnknownSession):
        return None
