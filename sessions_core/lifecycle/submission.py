"""What goes into the answer verb, and what comes out."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from ..actor import Actor
from ..grading import Judgement


class Submission(NamedTuple):
    """One answer by ``actor``. Without a ``session_id`` it makes a standalone session of its own.

    ``response_ms``: milliseconds the learner took, as the client tells. ``key``: digest of the
    owner and the idempotency key. ``label``: the session's id as the caller wrote it, for errors.
    ``zone``: IANA zone, of a standalone answer.
    """

    actor: Actor
    session_id: int | None
    item_id: int
    answer: str
    response_ms: int
    key: UUID | None = None
    label: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What judging and showing an item needs of its row."""

    id: int
    type: str
    prompt: str
    answer: str
    alternatives: tuple[str, ...]
    explanation: str
    duration_seconds: int | None
    is_active: bool
    forgive_typos: bool


class Verdict(NamedTuple):
    """An answer that is in the database: how it was judged, and where the session stands.

    Counters are those right after this answer. ``next_item`` is None when all are answered.
    ``replayed``: this answer had been counted before, under the same idempotency key.
    """

    session_id: int
    seq: int
    item: ItemFacts
    answer: str
    judgement: Judgement
    response_ms: int
    item_count: int
    answered_count: int
    attempt_count: int
    correct_count: int
    current_streak: int
    next_item: ItemFacts | None
    replayed: bool = False
