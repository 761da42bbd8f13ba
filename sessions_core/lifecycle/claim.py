"""Learning sessions change hands between a visitor without an account and an account."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from ..models import Session
from . import days, scoring


def claim(guest: UUID, user_id: int) -> list[int]:
    """Give the guest's sessions to the account, with the days they were practised on.

    Their ids, for ``release``. What a guest answered plans nothing: memory begins with the account.
    """
    with transaction.atomic():
        sessions = _locked(guest=guest)
        for session in sessions:
            session.user_id, session.guest = user_id, None
            session.save(update_fields=["user", "guest"])
            _count(session, 1)
        return [session.pk for session in sessions]


def release(ids: Sequence[int], user_id: int, guest: UUID) -> None:
    """Give those of the account's sessions back to the guest, as they are now."""
    with transaction.atomic():
        for session in _locked(pk__in=ids, user_id=user_id):
            _count(session, -1)
            session.user_id, session.guest = None, guest
            session.save(update_fields=["user", "guest"])


def _locked(**which: object) -> list[Session]:
    return list(Session.objects.select_for_update().filter(**which).order_by("pk"))


def _count(session: Session, times: int) -> None:
    days.count_start(session, times)
    if session.ended_at is not None:
        days.count_end(session, scoring.practised_seconds(session, session.ended_at), times)
