"""Learning sessions change hands between a visitor without an account and an account."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from .. import achievements, clock
from ..models import Session
from ..scheduling import relearning
from . import days, scoring


def claim(guest: UUID, user_id: int) -> list[int]:
    """Give the guest's sessions to the account: days, memory and achievements as if its own.

    Their ids, for ``release``.
    """
    with transaction.atomic():
        sessions = _locked(guest=guest)
        now = clock.now()
        for session in sessions:
            session.user_id, session.guest, session.claimed_at = user_id, None, now
            session.save(update_fields=["user", "guest", "claimed_at"])
            _count(session, 1)
        since = _first_end(sessions)
        if since is not None:
            relearning.learn_again(user_id, sessions)
            achievements.award_since(user_id, since)
        return [session.pk for session in sessions]


def release(ids: Sequence[int], user_id: int, guest: UUID) -> None:
    """Give those of the account's sessions back to the guest, as they are now.

    The account keeps nothing of them: days, memory and achievements are as if they had never been
    its own.
    """
    with transaction.atomic():
        sessions = _locked(pk__in=ids, user_id=user_id)
        for session in sessions:
            _count(session, -1)
            session.user_id, session.guest, session.claimed_at = None, guest, None
            session.save(update_fields=["user", "guest", "claimed_at"])
        since = _first_end(sessions)
        if since is not None:
            relearning.learn_again(user_id, sessions)
            achievements.take_back(user_id, sessions, since)
            achievements.award_since(user_id, since)


def hand_over(guest: UUID, to: UUID) -> None:
    """Give the sessions of one visitor to another."""
    Session.objects.filter(guest=guest).update(guest=to, claimed_at=clock.now())


def _locked(**which: object) -> list[Session]:
    return list(Session.objects.select_for_update().filter(**which).order_by("pk"))


def _first_end(sessions: list[Session]) -> datetime | None:
    """When the first of them ended that teaches or earns anything; ``None`` where none does."""
    practised = [session.ended_at for session in sessions if not session.standalone]
    return min((end for end in practised if end is not None), default=None)


def _count(session: Session, times: int) -> None:
    days.count_start(session, times)
    if session.ended_at is not None:
        days.count_end(session, scoring.practised_seconds(session, session.ended_at), times)
