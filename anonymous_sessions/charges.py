"""Charging a session, and giving the charge back when the work failed.

A charge is one conditional UPDATE of one row, so however many arrive at once, no more pass than
the limit allows. The ledger row beside it lets a retry charge nothing and a refund happen once.
"""

import math
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest

from sessions_core import clock
from sessions_core.errors import KeyReused

from . import quotas
from .errors import QuotaExceeded
from .identity import digest
from .locks import lock_root
from .models import AnonymousSession, Charge, Usage
from .quotas import Quota


def charge(session: AnonymousSession, name: str, *, cost: int = 1, key: str = "") -> Charge:
    """Charge ``cost`` units of the quota ``name``; all of them or, over the limit, none.

    The same ``key`` charges a session once: a retry is given the first charge. Raises
    ``QuotaExceeded``, ``UnknownQuota``, and ``KeyReused`` where the key came with another cost.
    """
    quota = quotas.get(name)
    now = clock.now()
    key_digest = digest("key", session.guest.bytes + key.encode()) if key else None
    try:
        with transaction.atomic():
            row = _take(session, quota, cost, now)
            if row is not None:
                return Charge.objects.create(
                    session_id=row.session_id,
                    quota=name,
                    cost=cost,
                    resets_at=row.resets_at,
                    key=key_digest,
                    made_at=now,
                )
    except IntegrityError:
        if key_digest is None:
            raise
    # The key's first request may be what filled the quota.
    earlier = Charge.objects.filter(key=key_digest, quota=name).first() if key_digest else None
    if earlier is None:
        raise _exceeded(session, quota, now)
    if earlier.cost != cost:
        raise KeyReused
    return earlier


def refund(charged: Charge) -> bool:
    """Give ``charged`` back. ``False`` where that was done before."""
    now = clock.now()
    with transaction.atomic():
        root = lock_root(charged.session_id)
        if not Charge.objects.filter(pk=charged.pk, refunded_at=None).update(refunded_at=now):
            return False
        gives = {"total": Greatest(F("total") - charged.cost, 0)}
        if charged.resets_at is not None and charged.resets_at > now:
            gives["used"] = Greatest(F("used") - charged.cost, 0)
        Usage.objects.filter(session=root, quota=charged.quota).update(**gives)
    return True


def _take(session: AnonymousSession, quota: Quota, cost: int, now: datetime) -> Usage | None:
    """The usage row with ``cost`` taken from it, or ``None`` where there is no room."""
    if quota.limit is not None and cost > quota.limit:
        return None
    owner = session.pk
    if not _update(owner, quota, cost, now):
        # Full, or the first use of this quota, or merged into another session meanwhile.
        owner = lock_root(session.pk).pk
        Usage.objects.bulk_create(
            [Usage(session_id=owner, quota=quota.name)], ignore_conflicts=True
        )
        if not _update(owner, quota, cost, now):
            return None
    return Usage.objects.get(session_id=owner, quota=quota.name)


def _update(session_pk: int, quota: Quota, cost: int, now: datetime) -> int:
    running = Q(resets_at__gt=now)
    rows = Usage.objects.filter(session_id=session_pk, quota=quota.name)
    if quota.limit is not None:
        rows = rows.filter(~running | Q(used__lte=quota.limit - cost))
    return rows.update(
        total=F("total") + cost,
        used=Case(When(running, then=F("used") + cost), default=Value(cost)),
        resets_at=Case(When(running, then=F("resets_at")), default=Value(quota.resets_at(now))),
    )


def _exceeded(session: AnonymousSession, quota: Quota, now: datetime) -> QuotaExceeded:
    rows = Usage.objects.filter(session_id=session.pk, quota=quota.name)
    reset_at = quotas.standings(rows, now)[quota.name].reset_at
    return QuotaExceeded(quota.name, reset_at, math.ceil((reset_at - now).total_seconds()))
