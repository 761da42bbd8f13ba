"""Answers on the event loop: what goes this way, what does not, and what the two have in common."""

import asyncio
import gc
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection

from sessions_core.errors import RateLimited, Unavailable
from sessions_core.fastlane import groups, postgres_line, quick, waiting
from sessions_core.fastlane.commit import commit
from sessions_core.fastlane.groups import GroupCommit
from sessions_core.fastlane.postgres_line import PostgresLine
from sessions_core.fastlane.till import Till
from sessions_core.fastlane.waiting import Waiting
from sessions_core.lifecycle import remembered
from sessions_core.lifecycle.recent import Recent
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.statements import Statement, Together
from sessions_core.lifecycle.submission import Submission, Verdict
from sessions_core.models import Attempt, Item, Plan, Session
from sessions_core.realtime.eager import begin
from sessions_core.rest import limits
from sessions_core.signals import session_events

from ..builders import actor_of, learner, vocabulary
from .worlds import WhereJudged

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


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


def test_answers_leave_nothing_to_the_collector() -> None:
    """What goes in circles would wait for it, and it would look through all that is remembered."""
    practice = Practice()

    async def many(group_commit: GroupCommit) -> Counter[str]:
        await group_commit.answer(practice.answer())
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for place in range(20):
                await group_commit.answer(practice.answer(place=place), render=lambda *_: ())
            gc.collect()
            return Counter(type(each).__name__ for each in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()

    left = in_a_loop(many)
    assert not left.keys() & {"Waiting", "Submission", "Verdict", "Window", "Future"}, left


def test_connections_are_given_back_after_a_while(monkeypatch) -> None:
    monkeypatch.setattr(groups, "IDLE", 1.0)
    practice = Practice()

    async def then_rest(group_commit: GroupCommit) -> list[int]:
        await asyncio.to_thread(no_lines)
        await group_commit.answer(practice.answer())
        before = await asyncio.to_thread(lines)
        await asyncio.to_thread(no_lines)
        await group_commit.answer(practice.answer(place=1))
        return [before, await asyncio.to_thread(lines)]

    assert in_a_loop(then_rest) == [1, 1]


def no_lines() -> None:
    """Wait until there are none: Postgres hears a little late that one has been closed."""
    end = time.monotonic() + 10
    while lines():
        assert time.monotonic() < end
        time.sleep(0.05)


def lines() -> int:
    """Connections of the event loop's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND application_name = 'answers on the loop'"
        )
        found = cursor.fetchone()[0]
    connection.close()
    return found


class TestALine:
    """To Postgres, from the loop of the standard library and from the one that uvicorn takes."""

    @pytest.fixture(params=["asyncio", "uvloop"])
    def on(self, request) -> Callable[[Callable[[PostgresLine], Coroutine[Any, Any, Any]]], Any]:
        new_loop = pytest.importorskip(request.param).new_event_loop

        def run(work: Callable[[PostgresLine], Coroutine[Any, Any, Any]]) -> Any:
            async def opened() -> Any:
                with quick.ThreadPoolExecutor(1) as thread:
                    line = PostgresLine(asyncio.get_running_loop(), thread, "tests")
                    await line.open()
                    try:
                        return await work(line)
                    finally:
                        line.close()

            with asyncio.Runner(loop_factory=new_loop) as runner:
                return runner.run(opened())

        return run

    def test_who_gives_up_while_it_is_opened_leaves_no_connection(self, on) -> None:
        async def work(line: PostgresLine) -> None:
            line.close()
            await asyncio.to_thread(no_lines)
            for _ in range(5):
                opening = asyncio.create_task(line.open())
                await asyncio.sleep(0)
                opening.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await opening
            await asyncio.to_thread(no_lines)

        gc.disable()
        try:
            on(work)
        finally:
            gc.enable()

    def test_rows_have_pythons_types(self, on) -> None:
        def asking():
            first = yield Statement("SELECT %s::int, %s::text", (7, "ñ %s"))
            second = yield Statement("SELECT NULL, ARRAY[1, 2]", ())
            return first + second

        async def work(line: PostgresLine) -> list[tuple]:
            steps = asking()
            return await line.resolve(steps, next(steps))

        assert on(work) == [(7, "ñ %s"), (None, [1, 2])]

    def test_a_large_statement_goes_through(self, on) -> None:
        text = "x" * 5_000_000

        def asking():
            return (yield Statement("SELECT length(%s::text)", (text,)))

        async def work(line: PostgresLine) -> list[tuple]:
            steps = asking()
            return await line.resolve(steps, next(steps))

        assert on(work) == [(len(text),)]

    def test_what_is_asked_together_is_answered_in_its_order_and_as_one(self, on) -> None:
        def asking():
            begun = "SELECT %s::int, pg_current_xact_id()::text"
            return (yield Together([Statement(begun, (number,)) for number in (1, 2, 3)]))

        async def work(line: PostgresLine) -> list[list[tuple]]:
            steps = asking()
            return await line.resolve(steps, next(steps))

        found = on(work)
        assert [rows[0][0] for rows in found] == [1, 2, 3]
        assert len({rows[0][1] for rows in found}) == 1

    def test_a_refusal_of_one_is_told_for_all_and_the_next_are_answered(self, on) -> None:
        from psycopg import DataError

        def asking(*numbers: int):
            divide = "SELECT 6 / %s::int"
            return (yield Together([Statement(divide, (number,)) for number in numbers]))

        async def work(line: PostgresLine) -> list[list[tuple]]:
            steps = asking(1, 0, 2)
            with pytest.raises(DataError):
                await line.resolve(steps, next(steps))
            steps = asking(1, 2)
            return await line.resolve(steps, next(steps))

        assert on(work) == [[(6,)], [(3,)]]

    def test_where_the_meanwhile_fails_the_next_do_not_hear_what_is_left(self, on) -> None:
        def fail() -> None:
            raise ArithmeticError

        def asking(number: int, meanwhile: Callable[[], None] | None):
            return (yield Statement("SELECT %s::int", (number,), meanwhile))

        async def work(line: PostgresLine) -> list[tuple]:
            steps = asking(1, fail)
            with pytest.raises(ArithmeticError):
                await line.resolve(steps, next(steps))
            assert not line.is_open
            await line.open()
            steps = asking(2, None)
            return await line.resolve(steps, next(steps))

        assert on(work) == [(2,)]

    def test_it_plans_anew_now_and_then(self, on, monkeypatch) -> None:
        """Else what was planned for an empty table would hold for a full one."""

        def asking(sql: str):
            return (yield Statement(sql, ()))

        async def work(line: PostgresLine) -> list[list[tuple]]:
            async def run(sql: str) -> list[tuple]:
                steps = asking(sql)
                return await line.resolve(steps, next(steps))

            await run("CREATE TEMP TABLE grown (id int PRIMARY KEY)")
            await run("ANALYZE grown")
            await run("SELECT count(*) FROM grown JOIN unnest(ARRAY[1, 2]) AS one ON one = id")
            await run("INSERT INTO grown SELECT generate_series(1, 50000)")
            plans = [await run("EXPLAIN EXECUTE tests_2")]
            plans.append(await run("EXPLAIN EXECUTE tests_2"))
            monkeypatch.setattr(postgres_line, "REPLAN", 0.0)
            plans.append(await run("EXPLAIN EXECUTE tests_2"))
            return plans

        first, again, anew = on(work)
        assert first == again
        assert "Index Cond" not in str(first)
        assert "Index Cond" in str(anew)

    @pytest.mark.parametrize("refused", ["zero", "a text that Postgres would cut short"])
    def test_a_refusal_leaves_it_open(self, on, refused) -> None:
        from psycopg import DataError

        def asking(number: int | str):
            return (yield Statement("SELECT 1 / %(by)s::int", {"by": number}))

        async def work(line: PostgresLine) -> list[tuple]:
            for number in (0 if refused == "zero" else "1\0", 1):
                steps = asking(number)
                try:
                    found = await line.resolve(steps, next(steps))
                except DataError:
                    continue
            return found

        assert on(work) == [(1,)]

    def test_a_lost_connection_is_told_to_who_waits(self, on) -> None:
        def asking():
            return (yield Statement("SELECT pg_sleep(%s::int)", (30,)))

        async def work(line: PostgresLine) -> bool:
            steps = asking()
            asleep = asyncio.create_task(line.resolve(steps, next(steps)))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(end_sleepers)
            with pytest.raises((DatabaseError, quick.Error)):
                await asleep
            await asyncio.sleep(0.1)
            return line.is_open

        assert on(work) is False

    def test_a_connection_reset_on_its_way_is_told_to_who_waits(self, on) -> None:
        def asking(sql: str):
            return (yield Statement(sql, ()))

        async def work(line: PostgresLine) -> bool:
            steps = asking("SELECT pg_backend_pid()")
            ((pid,),) = await line.resolve(steps, next(steps))
            with quick.ThreadPoolExecutor(1) as aside:
                aside.submit(end, pid).result()  # The loop hears nothing of it meanwhile.
            steps = asking("SELECT pg_backend_pid()")
            asked = begin(line.resolve(steps, next(steps)))
            time.sleep(0.2)  # Until it has come back that nobody is there.
            with pytest.raises((DatabaseError, quick.Error)):
                async with asyncio.timeout(10):
                    await asked
            return line.is_open

        assert on(work) is False


def end(pid: int) -> None:
    """The connection of that server process; it is gone afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()


def end_sleepers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'"
        )
    connection.close()


@pytest.mark.redis
class TestTheTill:
    """Over a Redis that may go away."""

    @pytest.fixture
    def redis(self, own_redis, settings):
        server = own_redis()
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": server.url}}
        limits.forget()
        yield server
        limits.forget()

    def charge(self, till: Till, who: str) -> Coroutine[Any, Any, list[list[limits.Window]]]:
        return till.charge([("progress", who, 1)])

    def test_it_counts_with_everybody_else(self, redis) -> None:
        async def work() -> list[int]:
            till, who = Till(), uuid4().hex
            limits.consume("progress", who)
            found = await self.charge(till, who)
            till.close()
            return [found[0][0].remaining, limits.consume("progress", who)[0].remaining]

        assert asyncio.run(work()) == [118, 117]

    def test_a_redis_that_forgot_the_script_is_told_again(self, redis) -> None:
        async def work() -> list[int]:
            till, who, counts = Till(), uuid4().hex, []
            for _ in range(3):
                limits.store().shared.client.script_flush()
                counts.append((await self.charge(till, who))[0][0].remaining)
            till.close()
            return counts

        assert asyncio.run(work()) == [119, 118, 117]

    @pytest.mark.processes
    @pytest.mark.parametrize("failure", ["kill", "pause"])
    def test_without_it_limits_count_in_the_process(self, redis, failure) -> None:
        async def work() -> list[int]:
            till, who = Till(), uuid4().hex
            counts = [(await self.charge(till, who))[0][0].remaining]
            getattr(redis, failure)()
            counts += [(await self.charge(till, who))[0][0].remaining for _ in range(3)]
            till.close()
            return counts

        assert asyncio.run(work()) == [119, 119, 118, 117]
