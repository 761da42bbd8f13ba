"""The attempts that the answer verb writes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from ..models import Attempt


@dataclass(slots=True)
class NewAttempt:
    """The columns of an ``Attempt`` that is to be written, without what a model instance costs."""

    session_id: int
    seq: int
    item_id: int
    answer: str
    correct: bool
    close: bool
    response_ms: int
    created_at: datetime
    key: UUID | None
    answered_count: int
    attempt_count: int
    correct_count: int
    current_streak: int
    next_item_id: int | None


COLUMNS = tuple(field.name for field in fields(NewAttempt))
_values = attrgetter(*COLUMNS)


def insert(attempts: Sequence[NewAttempt]) -> None:
    """Insert them all, in one statement."""
    Attempt.objects.bulk_create(
        [Attempt(**dict(zip(COLUMNS, _values(each), strict=True))) for each in attempts]
    )
