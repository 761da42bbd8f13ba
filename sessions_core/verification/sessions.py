"""Recounts a session's counters from its attempts and transitions."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ..lifecycle import plans
from ..lifecycle.scoring import mark
from ..models import Attempt, Session, Status, Transition
from .drift import Drift, differences


def recount(session: Session) -> dict[str, Any]:
    """Returns the counters of ``session``, computed from its records."""
    answered: set[int] = set()
    missed: set[int] = set()
    attempts = correct = streak = best = response_ms = last = 0
    rows = Attempt.objects.filter(session=session).order_by("seq")
    for item_id, is_correct, ms, seq in rows.values_list(
        "item_id", "correct", "response_ms", "seq"
    ).iterator():
        answered.add(item_id)
        attempts += 1
        correct += is_correct
        streak = streak + 1 if is_correct else 0
        best = max(best, streak)
        response_ms += ms
        last = seq
        if not is_correct:
            missed.add(item_id)
    ledger = Transition.objects.filter(session=session).order_by("seq")
    latest = ledger.last()
    found = {
        "answered_count": len(answered),
        "attempt_count": attempts,
        "correct_count": correct,
        "current_streak": streak,
        "best_streak": best,
        "response_ms": response_ms,
        "last_seq": max(last, latest.seq if latest else 0),
        "answered_mask": _mask(session, answered),
        "mastered_count": 0 if session.is_open else len(answered - missed),
    }
    if latest is not None:
        found["status"] = latest.status
        if latest.status != Status.ACTIVE:  # Answers since then have advanced a running clock.
            found["active_ms"] = latest.active_ms
    return found


def _mask(session: Session, answered: set[int]) -> bytes:
    mask = b""
    for position, item_id in enumerate(plans.of_session(session.pk)):
        if item_id in answered:
            mask = mark(mask, position)
    return mask


def _stored(session: Session, names: Iterable[str]) -> dict[str, Any]:
    stored = {name: getattr(session, name) for name in names}
    stored["answered_mask"] = bytes(stored["answered_mask"]).rstrip(b"\0")
    return stored


def check(session: Session, fix: bool) -> list[Drift]:
    """Returns the drifts of ``session``, corrected if ``fix``.

    A session may get answers while it is recounted, so an apparent drift is checked again under
    the lock of the row.
    """
    if not _compare(session):
        return []
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session.pk)
        drifts = _compare(session)
        if fix and drifts:
            corrected = {drift.field: drift.recounted for drift in drifts}
            Session.objects.filter(pk=session.pk).update(**corrected)
    return drifts


def _compare(session: Session) -> list[Drift]:
    recounted = recount(session)
    return differences(f"session {session.pk}", _stored(session, recounted), recounted)
