"""A learner's answers, given to a group commit on a loop of their own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

from sessions_core.fastlane.groups import GroupCommit
from sessions_core.fastlane.waiting import Waiting
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Item, Plan

from ..builders import actor_of, learner, vocabulary


class Practice:
    """A learner's session, and answers to its items."""

    def __init__(self, name: str = "ana", **activity: Any) -> None:
        self.actor = actor_of(learner(name))
        chosen = vocabulary(key=name)
        type(chosen).objects.filter(pk=chosen.pk).update(**activity)
        wishes = Wishes(activity_id=chosen.pk, item_count=20)
        self.session = start(self.actor, "portal", wishes)
        planned = Plan.objects.get(session=self.session).item_ids
        self.items = [Item.objects.get(pk=pk) for pk in planned]

    def answer(self, text: str | None = None, place: int = 0, key: bool = True) -> Submission:
        item = self.items[place]
        given = item.answer if text is None else text
        return Submission(
            self.actor, self.session.pk, item.pk, given, 1000, key=uuid4() if key else None
        )


def in_a_loop(work: Callable[[GroupCommit], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        group_commit = GroupCommit()
        try:
            return await work(group_commit)
        finally:
            group_commit.close()

    return asyncio.run(run())


def answered(*submissions: Submission) -> list[Waiting]:
    """One after the other."""

    async def each(group_commit: GroupCommit) -> list[Waiting]:
        return [await group_commit.answer(submission) for submission in submissions]

    return in_a_loop(each)
