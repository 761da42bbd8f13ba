"""Answers that were counted before under the same idempotency key."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ..errors import KeyReused
from ..grading import Judgement
from ..models import Attempt
from . import statements
from .attempts import NewAttempt
from .submission import ItemFacts, Submission, Verdict

KEPT = timedelta(hours=24)

_ANY = f"SELECT EXISTS (SELECT 1 FROM {Attempt._meta.db_table} WHERE key = ANY(%s::uuid[]))"


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt on record, and what its session needs to show it again."""

    attempt: Attempt
    item_count: int
    standalone: bool

    def is_answer_to(self, submission: Submission) -> bool:
        """Whether ``submission`` is the request that made this attempt."""
        same_session = (
            self.standalone
            if submission.session_id is None
            else self.attempt.session_id == submission.session_id
        )
        return same_session and (
            self.attempt.item_id,
            self.attempt.answer,
            self.attempt.response_ms,
        ) == (submission.item_id, submission.answer, submission.response_ms)


def find(keys: Collection[UUID], now: datetime) -> dict[UUID, Counted]:
    """The attempts that hold these keys; a key older than 24 hours is set free instead."""
    if not keys or (statements.on_postgres() and not _any(keys)):
        return {}
    rows = Attempt.objects.filter(key__in=keys).select_related("session")
    found: dict[UUID, Counted] = {}
    for row in rows:
        if now - row.created_at > KEPT:
            Attempt.objects.filter(key=row.key).update(key=None)
        elif row.key is not None:
            found[row.key] = Counted(row, row.session.item_count, row.session.standalone)
    return found


def _any(keys: Collection[UUID]) -> bool:
    """Whether one of them is on record, at a tenth of what reading its row costs."""
    return statements.run(_ANY, statements.array(keys))[0][0]


def verdict(
    submission: Submission, counted: Counted, items: Mapping[int, ItemFacts], judgement: Judgement
) -> Verdict:
    """The verdict as it was first given. Raises ``KeyReused`` for another request's key."""
    if not counted.is_answer_to(submission):
        raise KeyReused
    row = counted.attempt
    if judgement.correct != row.correct:  # the item was edited since
        judgement = Judgement(correct=row.correct, close=row.close)
    next_item = items.get(row.next_item_id) if row.next_item_id else None
    first = of_attempt(row, counted.item_count, items[row.item_id], judgement, next_item)
    return first._replace(replayed=True)


def of_attempt(
    row: Attempt | NewAttempt,
    item_count: int,
    item: ItemFacts,
    judgement: Judgement,
    next_item: ItemFacts | None,
) -> Verdict:
    return Verdict(
        session_id=row.session_id,
        seq=row.seq,
        item=item,
        answer=row.answer,
        judgement=judgement,
        response_ms=row.response_ms,
        item_count=item_count,
        answered_count=row.answered_count,
        attempt_count=row.attempt_count,
        correct_count=row.correct_count,
        current_streak=row.current_streak,
        next_item=next_item,
    )
