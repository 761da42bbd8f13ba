"""Answers on the event loop: what goes this way, what does not, and what the two have in common."""

import asyncio
import gc
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connection

from sessions_core.errors import RateLimited, Unavailable
from sessions_core.fastlane import groups, quick, waiting
from sessions_core.fastlane.body import Message
from sessions_core.fastlane.commit import commit
from sessions_core.fastlane.groups import GroupCommit
from sessions_core.fastlane.replies import Parts, Reply
from sessions_core.fastlane.till import Till
from sessions_core.fastlane.waiting import Waiting
from sessions_core.grading import DefaultJudge, Judgement, Question
from sessions_core.lifecycle import remembered
from sessions_core.lifecycle.recent import Recent
from sessions_core.lifecycle.submission import Verdict
from sessions_core.models import Attempt, Item, Session
from sessions_core.rest import limits
from sessions_core.rest.limits import Window
from sessions_core.signals import session_events

from . import backends
from .practice import Practice, answered, in_a_loop
from .worlds import WhereJudged

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def no_threads(monkeypatch) -> None:
    """What goes by the threads is not recorded."""
    by_thread = Mock(side_effect=AssertionError("It went by the threads"))
    monkeypatch.setattr(groups, "commit", by_thread)
    monkeypatch.setattr(groups, "commit_alone", by_thread)


def test_the_plain_answer_changes_no_thread(no_threads) -> None:
    practice = Practice()
    first, second = answered(practice.answer(), practice.answer("wrong", 1))
    assert (first.result.seq, second.result.seq) == (1, 2)
    assert [first.result.judgement.correct, second.result.judgement.correct] == [True, False]
    assert first.windows[0].remaining == second.windows[0].remaining + 1


def test_an_edited_item_is_read_again_on_the_loop(no_threads) -> None:
    practice = Practice()
    (before,) = answered(practice.answer("anders"))
    Item.objects.filter(pk=practice.items[0].pk).update(answer="anders")
    (after,) = answered(practice.answer("anders"))
    assert [before.result.judgement.correct, after.result.judgement.correct] == [False, True]


def test_a_retry_is_replayed_and_not_counted(settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(3, 60)]}
    practice = Practice()
    once, other = practice.answer(), practice.answer(place=1)
    first, again, last = answered(once, once, other)
    assert again.result == first.result._replace(replayed=True)
    assert [each.windows[0].remaining for each in (first, again, last)] == [2, 2, 1]
    assert Attempt.objects.count() == 2


def test_a_retry_at_another_process_is_replayed_and_its_charge_taken_back(
    settings, monkeypatch
) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(3, 60)]}
    practice = Practice()
    once = practice.answer()
    (first,) = answered(once)
    monkeypatch.setattr(remembered, "_keys", Recent(10))
    (again,) = answered(once)
    assert again.result == first.result._replace(replayed=True)
    assert [each.windows[0].remaining for each in (first, again)] == [2, 2]


def test_a_charge_is_taken_back_once_however_often_the_replay_is_tried(settings) -> None:
    """A group that breaks is tried again one by one, and what it has counted stays counted."""
    settings.SESSIONS_LIMITS = {"progress": [(5, 60)]}
    practice = Practice()
    once = practice.answer()
    answered(once, practice.answer(place=1))
    replay = Waiting(once, Mock(), 0.0)
    remaining = []
    for _ in range(3):
        replay.result = None
        commit([replay], skip_locked=False)
        assert replay.result.replayed
        remaining.append(limits.consume("progress", practice.actor.scope, 0)[0].remaining)
    assert remaining == [3, 3, 3]


def test_without_a_limit_everybody_passes(settings, no_threads) -> None:
    settings.SESSIONS_LIMITS = {"progress": []}
    practice = Practice()
    first, second = answered(practice.answer(), practice.answer(place=1))
    assert (first.result.seq, second.result.seq) == (1, 2)
    assert not first.windows


def test_of_a_group_only_those_over_their_limit_are_refused(settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(1, 60)]}
    ana, berta = Practice("ana"), Practice("berta")

    async def both(group_commit: GroupCommit) -> list[Waiting]:
        await group_commit.answer(ana.answer())
        late = group_commit.answer(ana.answer(place=1))
        return await asyncio.gather(late, group_commit.answer(berta.answer()))

    refused, accepted = in_a_loop(both)
    assert isinstance(refused.result, RateLimited)
    assert isinstance(accepted.result, Verdict)
    assert Session.objects.get(pk=ana.session.pk).attempt_count == 1


def test_who_has_used_up_a_limit_elsewhere_is_refused_alone(settings) -> None:
    """What has been written for the group by then is undone, and written again without that one."""
    settings.SESSIONS_LIMITS = {"progress": [(2, 60)]}
    ana, berta = Practice("ana"), Practice("berta")

    async def both(group_commit: GroupCommit) -> list[Waiting]:
        await group_commit.answer(ana.answer())
        limits.consume("progress", ana.actor.scope)
        late = group_commit.answer(ana.answer(place=1))
        return await asyncio.gather(late, group_commit.answer(berta.answer()))

    refused, accepted = in_a_loop(both)
    assert isinstance(refused.result, RateLimited)
    assert isinstance(accepted.result, Verdict)
    assert accepted.windows[0].remaining == 1
    counts = Session.objects.order_by("pk").values_list("attempt_count", flat=True)
    assert (list(counts), Attempt.objects.count()) == ([1, 1], 2)


def test_an_answer_is_written_while_it_is_counted_and_committed_after_that(
    no_threads, monkeypatch
) -> None:
    practice, seen = Practice(), []

    async def until_it_is_written() -> None:
        at_work = "backend_xid IS NOT NULL"
        await asyncio.to_thread(backends.wait_for, "answers", 1, at_work)
        seen.append(await asyncio.to_thread(recorded))

    async def one_and_another(group_commit: GroupCommit) -> None:
        await group_commit.answer(practice.answer())  # Then all that another needs is known.
        hold_till(monkeypatch, until_it_is_written)
        await group_commit.answer(practice.answer())

    in_a_loop(one_and_another)
    assert seen == [1]
    assert recorded() == 2


def test_a_line_lost_while_limits_are_counted_records_nothing(monkeypatch) -> None:
    practice = Practice()

    async def until_it_is_lost() -> None:
        await asyncio.to_thread(backends.terminate, "answers")
        await asyncio.sleep(0.1)

    async def then_another(group_commit: GroupCommit) -> list[Waiting]:
        with monkeypatch.context() as losing:
            hold_till(losing, until_it_is_lost)
            lost = await group_commit.answer(practice.answer())
        return [lost, await group_commit.answer(practice.answer(place=1))]

    lost, after = in_a_loop(then_another)
    assert isinstance(lost.result, Unavailable)
    assert after.result.seq == 1
    assert recorded() == 1


def recorded() -> int:
    found = Attempt.objects.count()
    connection.close()
    return found


def test_a_slip_that_only_the_catalogue_can_forgive_is_judged_in_a_thread() -> None:
    practice = Practice(forgive_typos=True)
    place = next(n for n, item in enumerate(practice.items) if item.answer == "ventana")
    (slip,) = answered(practice.answer("ventanna", place))
    assert slip.result.judgement.forgiven


@pytest.mark.parametrize("instant", [True, False])
def test_a_judge_that_may_wait_is_asked_in_a_thread(settings, monkeypatch, instant) -> None:
    settings.SESSIONS_JUDGE = f"{WhereJudged.__module__}.WhereJudged"
    monkeypatch.setattr(WhereJudged, "instant", instant)
    monkeypatch.setattr(WhereJudged, "threads", [])
    answered(Practice().answer())
    assert {thread is threading.main_thread() for thread in WhereJudged.threads} == {instant}


@pytest.fixture
def held_till(monkeypatch) -> asyncio.Event:
    """The limits of the first group are counted once it is set."""
    go_on, first = asyncio.Event(), iter([True])

    async def until_it_is_set() -> None:
        if next(first, False):
            await go_on.wait()

    hold_till(monkeypatch, until_it_is_set)
    return go_on


def hold_till(monkeypatch, until: Callable[[], Awaitable[None]]) -> None:
    """What limits are counted is not known before ``until`` has been awaited."""
    begin = Till.begin

    class Held:
        def __init__(self, *given: Any) -> None:
            self._charging = begin(*given)

        def all_fit(self) -> None:
            return None

        def found(self) -> None:
            return None

        async def windows(self) -> list[list[Window]]:
            counted = await self._charging.windows()
            await until()
            return counted

    monkeypatch.setattr(Till, "begin", lambda *given: Held(*given))


class TestCompany:
    """Of three at once, two go off, and one is alone."""

    def before_and_after(self, held_till: asyncio.Event) -> list[int]:
        """How many are answered while the first group is held, and in the end."""
        practices = [Practice(name) for name in ("ana", "berta", "carla")]

        async def work(group_commit: GroupCommit) -> list[int]:
            answers = [
                asyncio.ensure_future(group_commit.answer(practice.answer()))
                for practice in practices
            ]
            await asyncio.sleep(1)
            before = sum(answer.done() for answer in answers)
            held_till.set()
            return [before, sum(answer.result.seq for answer in await asyncio.gather(*answers))]

        return in_a_loop(work)

    def test_one_waits_for_the_group_under_way(self, no_threads, held_till, monkeypatch) -> None:
        monkeypatch.setattr(quick, "LATEST", 60.0)
        assert self.before_and_after(held_till) == [0, 3]

    def test_and_not_for_one_that_does_not_come_back(self, no_threads, held_till) -> None:
        assert self.before_and_after(held_till) == [1, 3]


def test_where_the_judge_breaks_the_others_are_counted_once(settings, monkeypatch) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(3, 60)]}
    settings.SESSIONS_JUDGE = f"{__name__}.BreaksAt"
    practices = [Practice(name) for name in ("ana", "berta", "carla")]

    async def at_once(group_commit: GroupCommit) -> list[Waiting]:
        known = [practice.answer() for practice in practices]
        await asyncio.gather(*map(group_commit.answer, known))
        answers = [practice.answer() for practice in practices]
        answers[0] = practices[0].answer("break")
        return await asyncio.gather(*map(group_commit.answer, answers))

    broken, *accepted = in_a_loop(at_once)
    assert broken.result is None
    assert [each.result.seq for each in accepted] == [2, 2]
    left = [limits.consume("progress", each.actor.scope, 0)[0].remaining for each in practices]
    assert left == [1, 1, 1]


class BreaksAt(DefaultJudge):
    def judge(self, question: Question, given: str, *rest: Any) -> Judgement:
        if given == "break":
            raise ArithmeticError
        return super().judge(question, given, *rest)


def test_a_hosts_receiver_may_ask_the_database() -> None:
    heard = []

    def receiver(sender: object, events: list, **kwargs: object) -> None:
        heard.append((events[0].seq, Session.objects.get(pk=events[0].session_id).last_seq))

    session_events.connect(receiver)
    try:
        answered(Practice().answer())
    finally:
        session_events.disconnect(receiver)
    assert heard == [(1, 1)]


def test_who_has_waited_too_long_is_turned_away(settings, monkeypatch) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(2, 60)]}
    practice = Practice()
    with monkeypatch.context() as stalled:
        stalled.setattr(waiting, "PATIENCE", -1.0)
        (late,) = answered(practice.answer())
    assert isinstance(late.result, Unavailable)
    assert not Attempt.objects.exists()
    (then,) = answered(practice.answer())
    assert then.windows[0].remaining == 1


def _render(verdict: Verdict, windows: Sequence[Window]) -> Parts:
    return {"type": "http.response.start"}, {"type": "http.response.body"}


async def _send(message: Message) -> None:
    """Not the server's own."""


def test_answers_leave_nothing_to_the_collector() -> None:
    """What goes in circles would wait for it, and it would look through all that is remembered."""
    practice = Practice()

    async def many(group_commit: GroupCommit) -> Counter[str]:
        await group_commit.answer(practice.answer())
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for place in range(20):
                await group_commit.answer(practice.answer(place=place), Reply(_render, _send))
            gc.collect()
            return Counter(type(each).__name__ for each in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()

    left = in_a_loop(many)
    assert not left.keys() & {"Waiting", "Submission", "Verdict", "Window", "Future"}, left


def test_connections_are_given_back_after_a_while(monkeypatch) -> None:
    monkeypatch.setattr(groups, "IDLE", 2.0)
    practice = Practice()

    async def then_rest(group_commit: GroupCommit) -> list[int]:
        await asyncio.to_thread(backends.wait_for, "answers", 0)
        await group_commit.answer(practice.answer())
        before = await asyncio.to_thread(backends.number, "answers")
        await asyncio.to_thread(backends.wait_for, "answers", 0)
        await group_commit.answer(practice.answer(place=1))
        return [before, await asyncio.to_thread(backends.number, "answers")]

    assert in_a_loop(then_rest) == [1, 1]
