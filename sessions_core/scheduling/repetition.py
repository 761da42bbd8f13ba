"""Spaced repetition by FSRS: the scheduler that ships."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random

import fsrs
from django.db import transaction

from ..lifecycle import statements
from ..lifecycle.statements import Asking
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
        if statements.on_postgres():
            asking = self.choosing(user_id, activity, count, difficulty, now, seed)
            return statements.resolve(asking)
        return _shuffled(choice.tiers(user_id, activity.pk, count, difficulty, now), seed)

    def choosing(
        self,
        user_id: int | None,
        activity: Activity,
        count: int,
        difficulty: str,
        now: datetime,
        seed: int,
    ) -> Asking[list[int]]:
        tiers = yield from choice.asking_tiers(user_id, activity.pk, count, difficulty, now)
        return _shuffled(tiers, seed)

    def review(self, user_id: int | None, first_attempts: Sequence[FirstAttempt]) -> None:
        """Rate each first attempt Good or Again.

        Rows are locked and written in the order of their items, so that two sessions of one
        learner that end together wait for each other instead of deadlocking.
        """
        firsts = _by_item(first_attempts)
        if user_id is None or not firsts:
            return
        with transaction.atomic(savepoint=False):
            known = memories.locked(user_id, firsts)
            memories.write(user_id, _all_reviewed(known, firsts))

    def reviewed(
        self, known: Iterable[Memory], first_attempts: Sequence[FirstAttempt]
    ) -> list[Memory]:
        return _all_reviewed(known, _by_item(first_attempts))

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


def _shuffled(tiers: Iterable[list[int]], seed: int) -> list[int]:
    shuffle = Random(seed).shuffle
    chosen: list[int] = []
    for items in tiers:
        shuffle(items)
        chosen += items
    return chosen


def _by_item(first_attempts: Iterable[FirstAttempt]) -> dict[int, tuple[bool, datetime]]:
    firsts: dict[int, tuple[bool, datetime]] = {}
    for item_id, correct, at in first_attempts:
        firsts.setdefault(item_id, (correct, at))
    return firsts


def _all_reviewed(
    known: Iterable[Memory], firsts: Mapping[int, tuple[bool, datetime]]
) -> list[Memory]:
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
        version=memory.version,
        state=int(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        reviewed_at=at,
        due_at=card.due,
    )
