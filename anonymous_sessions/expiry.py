"""Sessions expire 30 days after their last activity, and are then deleted."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sessions_core import clock

from . import learning_sessions
from .app_settings import app_settings
from .models import AnonymousSession, Charge, TransferCode

BATCH = 500


def lifetime() -> timedelta:
    return timedelta(days=app_settings.LIFETIME_DAYS)


def is_live(session: AnonymousSession, now: datetime) -> bool:
    return session.last_active > now - lifetime()


def touch(session: AnonymousSession, now: datetime) -> None:
    """Records the activity, at most once a minute, also if several requests try at once."""
    stale = now - timedelta(seconds=app_settings.TOUCH_SECONDS)
    if session.last_active <= stale:
        AnonymousSession.objects.filter(pk=session.pk, last_active__lte=stale).update(
            last_active=now
        )
        session.last_active = now


def expired(now: datetime) -> QuerySet[AnonymousSession]:
    """Returns expired sessions. Adopted ones never expire, because their data is the account's."""
    return AnonymousSession.objects.filter(
        user=None, merged_into=None, last_active__lte=now - lifetime()
    )


def purge() -> dict[str, int]:
    """Deletes expired sessions with their contents, in short transactions. Returns counts."""
    now = clock.now()
    gone = {"sessions": 0, "learning_sessions": 0}
    while keys := list(expired(now).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            # Selected again under the lock, because a visitor may have come back meanwhile.
            rows = list(expired(now).select_for_update().filter(pk__in=keys).order_by("pk"))
            gone["learning_sessions"] += delete(rows)
            gone["sessions"] += len(rows)
    gone["charges"] = settled(now).delete()[0]
    gone["transfer_codes"] = TransferCode.objects.filter(expires_at__lte=now).delete()[0]
    return gone


def delete(rows: Collection[AnonymousSession]) -> int:
    """Deletes these sessions with their contents; returns the number of learning sessions.

    Learning sessions of an account belong to the account, so they are kept.
    """
    with transaction.atomic():
        deleted = learning_sessions.delete(row.guest for row in rows)
        AnonymousSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return deleted


def settled(now: datetime) -> QuerySet[Charge]:
    """Returns charges too old for any retry or refund."""
    return Charge.objects.filter(made_at__lte=now - lifetime())
