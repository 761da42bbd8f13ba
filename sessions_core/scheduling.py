"""Which items to practise next, and what a session teaches about them.

``Scheduler`` is the replaceable part (``SESSIONS_SCHEDULER``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Protocol

import fsrs
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from .models import Activity, Item, ItemMemory
from .models.activity import Difficulty, ItemType

# The wanted difficulty first, then its neighbours, the easier one before the harder.
_NEAREST = {
    Difficulty.EASY: (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD),
    Difficulty.MEDIUM: (Difficulty.MEDIUM, Difficulty.EASY, Difficulty.HARD),
    Difficulty.HARD: (Difficulty.HARD, Difficulty.MEDIUM, Difficulty.EASY),
}

FirstAttempt = tuple[int, bool, datetime]
"""Item id, whether the first attempt of the session was correct, and when it was made."""


class Scheduler(Protocol):
    def choose(
        self,
        user_id: int | None,
        activity: Activity,
        count: int,
        difficulty: str,
        now: datetime,
        seed: int,
    ) -> list[int]:
        """Ids of at most ``count`` distinct active items of ``activity``, in order of practice.

        The same state and ``seed`` give the same list. ``user_id`` is ``None`` for guests.
        """
        ...

    def review(self, user_id: int | None, first_attempts: Sequence[FirstAttempt]) -> None:
        """Learn from the first attempt at each item of a session, when it ends."""
        ...

    def relearn(
        self, user_id: int, item_ids: Collection[int], history: Iterable[FirstAttempt]
    ) -> None:
        """Forget these items, and learn them again from all that the learner ever did with them.

        ``history`` is read from the database as it is iterated: take any lock before. It has an
        item once for each session, in the order in which the sessions ended.
        """
        ...


class FSRSScheduler:
    """Due items first, the most overdue leading, then new ones, then those due soonest.

    Every tier's items are chosen by that order and then shuffled, so that no two sessions run
    alike. Each query is a range of an index, cut at the number of items still wanted. Guests have
    no memory: all is new to them. Poses are held, not remembered.
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
        shuffled = Random(seed)
        chosen: list[int] = []
        for tier in (_due, _new, _later):
            items = tier(user_id, activity, count - len(chosen), difficulty, now)
            shuffled.shuffle(items)
            chosen += items
        return chosen

    def review(self, user_id: int | None, first_attempts: Sequence[FirstAttempt]) -> None:
        """Rate each first attempt Good or Again.

        Rows are locked and written in the order of their items, so that two sessions of one
        learner that end together wait for each other instead of deadlocking.
        """
        firsts = _by_item(first_attempts)
        if user_id is None or not firsts:
            return
        with transaction.atomic():
            remembered = Item.objects.filter(pk__in=firsts).exclude(type=ItemType.POSE)
            activities = dict(remembered.values_list("pk", "activity_id"))
            known = _locked(user_id, activities)
            blank = _blank(user_id, activities)
            _write(
                [
                    _reviewed(known.get(item_id) or blank[item_id], *firsts[item_id])
                    for item_id in sorted(activities)
                ]
            )

    def relearn(
        self, user_id: int, item_ids: Collection[int], history: Iterable[FirstAttempt]
    ) -> None:
        with transaction.atomic():
            remembered = Item.objects.filter(pk__in=item_ids).exclude(type=ItemType.POSE)
            activities = dict(remembered.values_list("pk", "activity_id"))
            gone = _locked(user_id, activities)
            memories = _blank(user_id, activities)
            learned: dict[int, ItemMemory] = {}
            for item_id, correct, at in history:
                if item_id in memories:
                    memories[item_id] = _reviewed(memories[item_id], correct, at)
                    learned[item_id] = memories[item_id]
            gone_ids = gone.keys() - learned.keys()
            ItemMemory.objects.filter(user_id=user_id, item_id__in=gone_ids).delete()
            _write([learned[item_id] for item_id in sorted(learned)])


_STATE = ["state", "step", "stability", "difficulty", "due_at", "reviewed_at"]

# Without fuzz, so that the same history always gives the same due date.
_fsrs = fsrs.Scheduler(enable_fuzzing=False)


def _locked(user_id: int, item_ids: Collection[int]) -> dict[int, ItemMemory]:
    rows = ItemMemory.objects.filter(user_id=user_id, item_id__in=item_ids)
    return {row.item_id: row for row in rows.order_by("item_id").select_for_update()}


def _blank(user_id: int, activities: Mapping[int, int]) -> dict[int, ItemMemory]:
    """Memories of items that the learner has never met; ``activities``: each item's own."""
    return {
        item_id: ItemMemory(user_id=user_id, item_id=item_id, activity_id=activity_id)
        for item_id, activity_id in activities.items()
    }


def _write(memories: list[ItemMemory]) -> None:
    ItemMemory.objects.bulk_create(
        memories,
        update_conflicts=True,
        unique_fields=["user", "item"],
        update_fields=_STATE,
    )


def _by_item(first_attempts: Iterable[FirstAttempt]) -> dict[int, tuple[bool, datetime]]:
    firsts: dict[int, tuple[bool, datetime]] = {}
    for item_id, correct, at in first_attempts:
        firsts.setdefault(item_id, (correct, at))
    return firsts


def _reviewed(memory: ItemMemory, correct: bool, at: datetime) -> ItemMemory:
    """``memory`` after one more review, as a row to insert or to update by."""
    card = fsrs.Card(card_id=memory.item_id)  # without an id it would sleep to make one
    if memory.reviewed_at is not None:
        card.state, card.step = fsrs.State(memory.state), memory.step
        card.stability, card.difficulty = memory.stability, memory.difficulty
        card.last_review = memory.reviewed_at
    rating = fsrs.Rating.Good if correct else fsrs.Rating.Again
    card, _ = _fsrs.review_card(card, rating, at.astimezone(UTC))
    return ItemMemory(
        user_id=memory.user_id,
        item_id=memory.item_id,
        activity_id=memory.activity_id,
        state=card.state,
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due_at=card.due,
        reviewed_at=at,
    )


def _active(activity: Activity) -> QuerySet[Item]:
    return Item.objects.filter(activity=activity, is_active=True)


def _ids(query: QuerySet[Item], count: int) -> list[int]:
    return list(query.values_list("pk", flat=True)[:count]) if count > 0 else []


def _memories(user_id: int, activity: Activity) -> QuerySet[ItemMemory]:
    return ItemMemory.objects.filter(user_id=user_id, activity=activity, item__is_active=True)


def _due(
    user_id: int | None, activity: Activity, count: int, difficulty: str, now: datetime
) -> list[int]:
    if user_id is None or count <= 0:
        return []
    due = _memories(user_id, activity).filter(due_at__lte=now).order_by("due_at")
    return list(due.values_list("item_id", flat=True)[:count])


def _later(
    user_id: int | None, activity: Activity, count: int, difficulty: str, now: datetime
) -> list[int]:
    if user_id is None or count <= 0:
        return []
    later = _memories(user_id, activity).filter(due_at__gt=now).order_by("due_at")
    return list(later.values_list("item_id", flat=True)[:count])


def _new(
    user_id: int | None, activity: Activity, count: int, difficulty: str, now: datetime
) -> list[int]:
    """Items without a memory, one query for each difficulty until there are enough."""
    items = _active(activity).order_by("position", "pk")
    if user_id is not None:
        remembered = ItemMemory.objects.filter(user_id=user_id, item_id=OuterRef("pk"))
        items = items.filter(~Exists(remembered))
    found: list[int] = []
    for level in _NEAREST[Difficulty(difficulty)]:
        found += _ids(items.filter(difficulty=level), count - len(found))
    return found
