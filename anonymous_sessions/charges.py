"""Charges a session's quotas, and refunds a charge if the work failed.

A charge is a conditional UPDATE of one row, so that concurrent charges cannot exceed the limit. A
``Charge`` row records it, so that a retry is not charged again and a refund happens only once.
"""

import logging
import math
from datetime import datetime

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest

from sessions_core import clock
from sessions_core.errors import KeyReused

from . import quotas
from .errors import QuotaExceeded
from .identity import digest, digests
from .locks import lock_root
from .models import AnonymousSession, Charge, Usage
from .quotas import Quota

logger = logging.getLogger(__name__)


def charge(session: AnonymousSession, name: str, *, cost: int = 1, key: str = "") -> Charge:
    """Charges ``cost`` units of the quota ``name``, or none if that exceeds the limit.

    The same ``key`` charges a session once, also after a merge: a retry returns the first charge
    until that is refunded. Raises ``QuotaExceeded``, ``UnknownQuota``, ``KeyReused`` for a key used
    with another cost, and ``ValueError`` for a cost below 1.
    """
    if cost < 1:
        raise ValueError("A charge costs 1 or more")
    quota = quotas.get(name)
    now = clock.now()
    earlier = earlier_charge(session, name, key)
    if earlier is None:
        try:
            with transaction.atomic():
                row = _debit(session, quota, cost, now)
                if row is not None:
                    return _record(row, cost, key, now)
        except IntegrityError:
            if not key:
                raise
        # A concurrent request with the same key may have made the charge that filled the quota.
        earlier = earlier_charge(session, name, key)
    if earlier is None:
        raise _exceeded(session, quota, now)
    if earlier.cost != cost:
        raise KeyReused
    return earlier


def earlier_charge(session: AnonymousSession, name: str, key: str) -> Charge | None:
    """Returns the charge under ``key`` of this session, or of one merged into it since."""
    if not key:
        return None
    made = Charge.objects.filter(quota=name, key__in=digests("key", key.encode()))
    return made.filter(session=_root_key(session)).first()


def refund(charged: Charge) -> bool:
    """Refunds ``charged``. Returns ``False`` if that was done before.

    Its key may be used again, because a retry of the failed work must be charged.
    """
    now = clock.now()
    with transaction.atomic():
        root = lock_root(charged.session_id)
        # Read again under the lock, because a merge may have changed its window meanwhile.
        found = Charge.objects.filter(pk=charged.pk, refunded_at=None).first()
        if found is None:
            return False
        Charge.objects.filter(pk=found.pk).update(refunded_at=now, key=None)
        gives = {"total": Greatest(F("total") - found.cost, 0)}
        if found.resets_at is not None and found.resets_at > now:
            gives["used"] = Greatest(F("used") - found.cost, 0)
        Usage.objects.filter(session=root, quota=found.quota).update(**gives)
    return True


def refund_if_possible(charged: Charge) -> None:
    """Refunds, but only logs an unreachable database, so that the first failure is reported."""
    try:
        refund(charged)
    except (OperationalError, InterfaceError) as error:
        logger.error("A charge of %s was not refunded: %s", charged.quota, error)


def _root_key(session: AnonymousSession) -> int:
    """Returns the primary key of the session that this one has been merged into, or its own."""
    merged = AnonymousSession.objects.filter(pk=session.pk).values_list("merged_into", flat=True)
    return merged.first() or session.pk


def _debit(session: AnonymousSession, quota: Quota, cost: int, now: datetime) -> Usage | None:
    """Charges the usage row and returns it; returns ``None`` if that exceeds the limit."""
    if quota.limit is not None and cost > quota.limit:
        return None
    owner = session.pk
    if not _debit_if_room(owner, quota, cost, now):
        # The quota is full, or used for the first time, or the session was merged meanwhile.
        owner = lock_root(session.pk).pk
        Usage.objects.bulk_create(
            [Usage(session_id=owner, quota=quota.name)], ignore_conflicts=True
        )
        if not _debit_if_room(owner, quota, cost, now):
            return None
    return Usage.objects.get(session_id=owner, quota=quota.name)


def _record(row: Usage, cost: int, key: str, now: datetime) -> Charge:
    return Charge.objects.create(
        session_id=row.session_id,
        quota=row.quota,
        cost=cost,
        resets_at=row.resets_at,
        key=digest("key", key.encode()) if key else None,
        made_at=now,
    )


def _debit_if_room(session_pk: int, quota: Quota, cost: int, now: datetime) -> int:
    # If everything in a window was refunded, the next use starts a new window.
    running = Q(resets_at__gt=now, used__gt=0)
    rows = Usage.objects.filter(session_id=session_pk, quota=quota.name)
    if quota.limit is not None:
        rows = rows.filter(~running | Q(used__lte=quota.limit - cost))
    return rows.update(
        total=F("total") + cost,
        used=Case(When(running, then=F("used") + cost), default=Value(cost)),
        resets_at=Case(When(running, then=F("resets_at")), default=Value(quota.resets_at(now))),
    )


def _exceeded(session: AnonymousSession, quota: Quota, now: datetime) -> QuotaExceeded:
    rows = Usage.objects.filter(session_id=_root_key(session), quota=quota.name)
    reset_at = quotas.quota_states(rows, now)[quota.name].reset_at
    return QuotaExceeded(quota.name, reset_at, math.ceil((reset_at - now).total_seconds()))
