"""Learning sessions of a visitor without an account, if ``sessions_core`` is installed.

They refer to their owner by ``AnonymousSession.guest``, which gives no access to a session. The
model and ``claim`` are looked up by name, so that this app also works without those tables.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from .models import AnonymousSession

_CLAIM = "sessions_core.lifecycle.claim"


def _installed() -> bool:
    return apps.is_installed("sessions_core")


def _all() -> QuerySet[Any] | None:
    """Returns all learning sessions; ``None`` if the app is not installed."""
    if not _installed():
        return None
    model: type[Model] = apps.get_model("sessions_core", "Session")
    return model._default_manager.all()


def count(session: AnonymousSession) -> int:
    known = _all()
    return 0 if known is None else known.filter(guest=session.guest).count()


def hand_over(source: AnonymousSession, target: AnonymousSession) -> list[int]:
    """Gives those of ``source`` to the owner of ``target``. Returns ids as ``claim`` does."""
    if target.user_id is not None:
        return claim(source, target.user_id)
    if _installed():
        import_module(_CLAIM).hand_over(source.guest, target.guest)
    return []


def claim(session: AnonymousSession, user_id: int) -> list[int]:
    """Gives the visitor's learning sessions to the account. Returns their ids, for ``release``."""
    return import_module(_CLAIM).claim(session.guest, user_id) if _installed() else []


def release(session: AnonymousSession, user_id: int, keys: list[int]) -> None:
    """Gives the learning sessions that ``claim`` moved back to the visitor."""
    if _installed():
        import_module(_CLAIM).release(keys, user_id, session.guest)


def delete(guests: Iterable[UUID]) -> int:
    """Deletes the learning sessions of ``guests``. Returns how many there were."""
    known = _all()
    if known is None:
        return 0
    _, by_model = known.filter(guest__in=list(guests)).delete()
    return by_model.get("sessions_core.Session", 0)
