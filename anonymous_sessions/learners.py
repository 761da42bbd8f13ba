"""Learning sessions that a visitor without an account owns, where ``sessions_core`` is installed.

They name their owner by ``AnonymousSession.guest``, which opens nothing. The model is looked up in
the registry, so that this app needs none of that one's tables.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from .models import AnonymousSession


def _all() -> QuerySet[Any] | None:
    """Every learning session; ``None`` where the host has no such thing."""
    if not apps.is_installed("sessions_core"):
        return None
    model: type[Model] = apps.get_model("sessions_core", "Session")
    return model._default_manager.all()


def count(session: AnonymousSession) -> int:
    known = _all()
    return 0 if known is None else known.filter(guest=session.guest).count()


def hand_over(giver: AnonymousSession, taker: AnonymousSession) -> None:
    known = _all()
    if known is not None:
        known.filter(guest=giver.guest).update(**_owner(taker))


def claim(session: AnonymousSession, user_id: int) -> list[int]:
    """Give the visitor's learning sessions to the account. Their ids, for ``release``."""
    known = _all()
    if known is None:
        return []
    owned = known.filter(guest=session.guest)
    keys = list(owned.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    known.filter(pk__in=keys).update(guest=None, user_id=user_id)
    return keys


def release(session: AnonymousSession, user_id: int, keys: list[int]) -> None:
    """Give those that ``claim`` moved back to the visitor."""
    known = _all()
    if known is not None:
        known.filter(pk__in=keys, user_id=user_id).update(guest=session.guest, user_id=None)


def forget(guests: Iterable[UUID]) -> int:
    """Delete the learning sessions of ``guests``. How many there were."""
    known = _all()
    if known is None:
        return 0
    _, by_model = known.filter(guest__in=list(guests)).delete()
    return by_model.get("sessions_core.Session", 0)


def _owner(session: AnonymousSession) -> dict[str, Any]:
    if session.user_id is None:
        return {"guest": session.guest}
    return {"guest": None, "user_id": session.user_id}
