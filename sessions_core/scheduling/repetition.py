"""Spaced repetition by FSRS: the scheduler that ships."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from random import Random

import fsrs
from django.db import transaction

from ..models import Activity
from . import choice, memories
from .memories import Memory
from .protocol import FirstAttempt

# Without fuzz, so that the same history always gives the same due date.
_fsrs = fsrs.Scheduler(enable_fuzzing=False)


class FSRSScheduler:
    """Due items first, the most overdue leading, then new ones, then those due soonest.

    Every tier's items are chosen by that order and then shuffled, so that no two sessions run
    alike. Guests have no memory: all is new to them. Poses are held, not remembered.
    """

    def choose(
        self,
        user_id: int | None,
        activity: Activity,
        count: int,
        difficulty: str,
        now: datetime,
        seed: int,
    ) -> list[int]:
        return shuffled(choice.tiers(user_id, activity.pk, count, difficulty, now), seed)

    def review(self, user_id: int | None, first_attempts: Sequence[FirstAttempt]) -> None:
        """Rate each first attempt Good or Again.

        Rows are locked and written in the order of their items, so that two sessions of one
        learner that end together wait for each other instead of deadlocking.
        """
        if user_id is None or not first_attempts:
            return
        with transaction.atomic(savepoint=False):
            known = memories.locked(user_id, {item_id for item_id, *_ in first_attempts})
            memories.write(user_id, reviewed(known, first_attempts))

    def relearn(
        self, user_id: int, item_ids: Collection[int], history: Iterable[FirstAttempt]
    ) -> None:
        with transaction.atomic():
            known = memories.locked(user_id, item_ids)
            learned = {memory.item_id: memory.forgotten() for memory in known}
            for item_id, correct, at in history:
                if item_id in learned:
                    learned[item_id] = _reviewed(learned[item_id], correct, at)
            gone = [row.item_id for row in learned.values() if row.state is None]
            memories.forget(user_id, gone)
            memories.write(user_id, [row for row in learned.values() if row.state is not None])


def shuffled(tiers: Iterable[list[int]], seed: int) -> list[int]:
    """The tiers one after the other, each in an order of its own for each seed."""
    shuffle = Random(seed).shuffle
    chosen: list[int] = []
    for items in tiers:
        shuffle(items)
        chosen += items
    return chosen


def reviewed(known: Iterable[Memory], first_attempts: Sequence[FirstAttempt]) -> list[Memory]:
    """The memories as the first attempt at each of their items leaves them."""
    firsts: dict[int, tuple[bool, datetime]] = {}
    for item_id, correct, at in first_attempts:
        firsts.setdefault(item_id, (correct, at))
    return [_reviewed(memory, *firsts[memory.item_id]) for memory in known]


def _reviewed(memory: Memory, correct: bool, at: datetime) -> Memory:
    """``memory`` after one more review."""
    card = fsrs.Card(card_id=memory.item_id)  # without an id it would sleep to make one
    if memory.state is not None:
        card.state, card.step = fsrs.State(memory.state), memory.step
        card.stability, card.difficulty = memory.stability, memory.difficulty
        card.last_review = memory.reviewed_at
    at = at.astimezone(UTC)
    rating = fsrs.Rating.Good if correct else fsrs.Rating.Again
    card, _ = _fsrs.review_card(card, rating, at)
    return Memory(
        memory.item_id,
        memory.activity_id,
        revision=memory.revision,
        state=int(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        reviewed_at=at,
        due_at=card.due,
    )
