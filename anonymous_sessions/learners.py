"""Learning sessions that a visitor without an account owns, where ``sessions_core`` is installed.

They name their owner by ``AnonymousSession.guest``, which opens nothing. Model and verb are looked
up by name, so that this app needs none of that one's tables.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from .models import AnonymousSession

_VERB = "sessions_core.lifecycle.claim"


def _installed() -> bool:
    return apps.is_installed("sessions_core")


def _all() -> QuerySet[Any] | None:
    """Every learning session; ``None`` where the host has no such thing."""
    if not _installed():
        return None
    model: type[Model] = apps.get_model("sessions_core", "Session")
    return model._default_manager.all()


def count(session: AnonymousSession) -> int:
    known = _all()
    return 0 if known is None else known.filter(guest=session.guest).count()


def hand_over(giver: AnonymousSession, taker: AnonymousSession) -> list[int]:
    """The account or visitor of ``taker`` gets what ``giver`` had. Ids, as of ``claim``."""
    if taker.user_id is not None:
        return claim(giver, taker.user_id)
    if _installed():
        import_module(_VERB).hand_over(giver.guest, taker.guest)
    return []


def claim(session: AnonymousSession, user_id: int) -> list[int]:
    """Give the visitor's learning sessions to the account. Their ids, for ``release``."""
    return import_module(_VERB).claim(session.guest, user_id) if _installed() else []


def release(session: AnonymousSession, user_id: int, keys: list[int]) -> None:
    """Give those that ``claim`` moved back to the visitor."""
    if _installed():
        import_module(_VERB).release(keys, user_id, session.guest)


def forget(guests: Iterable[UUID]) -> int:
    """Delete the learning sessions of ``guests``. How many there were."""
    known = _all()
    if known is None:
        return 0
    _, by_model = known.filter(guest__in=list(guests)).delete()
    return by_model.get("sessions_core.Session", 0)
