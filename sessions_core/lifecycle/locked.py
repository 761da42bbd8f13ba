"""Answers under row locks: read, decide and write in one transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction

from .. import clock
from ..errors import SessionError
from ..models import Session
from . import attempts, events, items, plans, remembered, replays, standing
from .answer_group import AnswerGroup
from .replays import Counted
from .standing import Standing
from .submission import Submission, Verdict


def record(
    submissions: Sequence[Submission], skip_locked: bool, known: Mapping[UUID, Counted] | None
) -> list[Verdict | SessionError]:
    """A result for each; when this returns outside a transaction, every verdict is committed."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        now = clock.now()
        standings, busy = _lock(submissions, skip_locked)
        counted = replays.find(_keys(submissions), now) if known is None else known
        group = AnswerGroup(now, counted, standings, busy)
        wanted = group.enter(submissions, plans.plans_of(group.planned))
        results = group.conclude(items.load(wanted))
        attempts.insert(group.attempts)
        versions = standing.write(group.touched.values())
        events.publish(group.happened)
    if outermost:
        remembered.remember(group.touched, versions)
    return results


def _lock(
    submissions: Sequence[Submission], skip_locked: bool
) -> tuple[dict[int, Standing], set[int]]:
    """The sessions, and the ids of those that another transaction holds."""
    wanted = {given.session_id for given in submissions if given.session_id is not None}
    found = standing.lock(wanted, skip_locked) if wanted else {}
    absent = wanted - found.keys()
    if not (absent and skip_locked):
        return found, set()
    return found, set(Session.objects.filter(pk__in=absent).values_list("pk", flat=True))


def _keys(submissions: Sequence[Submission]) -> list[UUID]:
    return [given.key for given in submissions if given.key]
