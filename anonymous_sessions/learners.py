"""Learning sessions that a visitor without an account owns, where ``sessions_core`` is installed.

They name their owner by ``AnonymousSession.guest``, which opens nothing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps

from .models import AnonymousSession

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sessions_core.models import Session


def of(guests: Iterable[UUID]) -> "QuerySet[Session] | None":
    """The learning sessions of ``guests``; ``None`` where the host has no such thing."""
    if not apps.is_installed("sessions_core"):
        return None
    from sessions_core.models import Session

    return Session.objects.filter(guest__in=list(guests))


def count(session: AnonymousSession) -> int:
    owned = of([session.guest])
    return 0 if owned is None else owned.count()


def hand_over(giver: AnonymousSession, taker: AnonymousSession) -> None:
    owned = of([giver.guest])
    if owned is None:
        return
    if taker.user_id is None:
        owned.update(guest=taker.guest)
    else:
        owned.update(guest=None, user_id=taker.user_id)


def claim(session: AnonymousSession, user_id: int) -> list[int]:
    """Give the visitor's learning sessions to the account. Their ids, for ``release``."""
    owned = of([session.guest])
    if owned is None:
        return []
    keys = list(owned.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    owned.filter(pk__in=keys).update(guest=None, user_id=user_id)
    return keys


def release(session: AnonymousSession, user_id: int, keys: list[int]) -> None:
    if not keys or not apps.is_installed("sessions_core"):
        return
    from sessions_core.models import Session

    Session.objects.filter(pk__in=keys, user_id=user_id).update(guest=session.guest, user=None)


def forget(guests: Iterable[UUID]) -> int:
    """Delete the learning sessions of ``guests``. How many there were."""
    owned = of(guests)
    return 0 if owned is None else owned.delete()[1].get("sessions_core.Session", 0)
