"""Recounts a learner's totals by day from the sessions."""

from typing import Any

from django.db import transaction
from django.db.models import Count, F, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce

from ..models import OPEN, Completion, PracticeDay, Session
from .drift import Drift, differences

_ENDED = ~Q(status__in=OPEN)
# Whole seconds are rounded half up, as in scoring.seconds.
_SECONDS = Coalesce("claimed_seconds", Cast((F("active_ms") + 500) / 1000, IntegerField()))


def _sums() -> dict[str, Any]:
    return {
        "started": Count("pk"),
        "ended": Count("pk", filter=_ENDED),
        "practised": Count("pk", filter=_ENDED & ~Q(completion=Completion.ABANDONED)),
        "completed": Count("pk", filter=_ENDED & Q(completion=Completion.COMPLETED)),
        "seconds": Sum(_SECONDS, filter=_ENDED, default=0),
        "attempts": Sum("attempt_count", filter=_ENDED, default=0),
        "correct": Sum("correct_count", filter=_ENDED, default=0),
    }


def _sessions(user_id: int) -> QuerySet[Session]:
    return Session.objects.filter(user_id=user_id, standalone=False).order_by()


def check(user_id: int, fix: bool) -> list[Drift]:
    """Returns the drifts of this learner's days, corrected if ``fix``."""
    rows: Any = _sessions(user_id).values("local_day").annotate(**_sums())
    counted = {row.pop("local_day"): row for row in rows}
    stored = {row.day: row for row in PracticeDay.objects.filter(user_id=user_id)}
    suspects = [
        day
        for day in counted.keys() | stored.keys()
        if _compare(user_id, stored.get(day) or PracticeDay(day=day), counted.get(day))
    ]
    return [drift for day in sorted(suspects) for drift in _check_day(user_id, day, fix)]


@transaction.atomic
def _check_day(user_id: int, day: Any, fix: bool) -> list[Drift]:
    """Compares again under the lock of the day's row, since sessions may change it meanwhile."""
    PracticeDay.objects.bulk_create([PracticeDay(user_id=user_id, day=day)], ignore_conflicts=True)
    row = PracticeDay.objects.select_for_update().get(user_id=user_id, day=day)
    counted = _sessions(user_id).filter(local_day=day).aggregate(**_sums())
    drifts = _compare(user_id, row, counted)
    if fix and drifts:
        corrected = {drift.field: drift.recounted for drift in drifts}
        PracticeDay.objects.filter(pk=row.pk).update(**corrected)
    if not counted["started"]:
        PracticeDay.objects.filter(pk=row.pk, started=0).delete()
    return drifts


def _compare(user_id: int, row: PracticeDay, counted: dict[str, Any] | None) -> list[Drift]:
    counted = counted or dict.fromkeys(_sums(), 0)
    stored = {name: getattr(row, name) for name in counted}
    return differences(f"user {user_id} on {row.day}", stored, counted)
