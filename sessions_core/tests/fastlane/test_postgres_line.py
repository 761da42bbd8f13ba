"""A line to Postgres, on the loop of the standard library and on the one that uvicorn takes."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection
from psycopg import DataError, Error, IntegrityError

from sessions_core.fastlane import postgres_line
from sessions_core.fastlane.postgres_line import PostgresLine
from sessions_core.lifecycle.statements import Statement, Together
from sessions_core.realtime.eager import begin

from . import backends

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def on(on_each_loop) -> Callable[[Callable[[PostgresLine], Coroutine[Any, Any, Any]]], Any]:
    def run(work: Callable[[PostgresLine], Coroutine[Any, Any, Any]]) -> Any:
        async def opened() -> Any:
            with ThreadPoolExecutor(1) as thread:
                line = PostgresLine(asyncio.get_running_loop(), thread, "tests")
                await line.open()
                try:
                    return await work(line)
                finally:
                    line.close()

        return on_each_loop(opened())

    return run


def test_who_gives_up_while_it_is_opened_leaves_no_connection(on) -> None:
    async def work(line: PostgresLine) -> None:
        line.close()
        await asyncio.to_thread(backends.wait_for, "tests", 0)
        for _ in range(5):
            opening = asyncio.create_task(line.open())
            await asyncio.sleep(0)
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening
        await asyncio.to_thread(backends.wait_for, "tests", 0)

    gc.disable()
    try:
        on(work)
    finally:
        gc.enable()


def test_rows_have_pythons_types(on) -> None:
    def asking():
        first = yield Statement("SELECT %s::int, %s::text", (7, "ñ %s"))
        second = yield Statement("SELECT NULL, ARRAY[1, 2]", ())
        return first + second

    async def work(line: PostgresLine) -> list[tuple]:
        steps = asking()
        return await line.resolve(steps, next(steps))

    assert on(work) == [(7, "ñ %s"), (None, [1, 2])]


def test_a_large_statement_goes_through(on) -> None:
    text = "x" * 5_000_000

    def asking():
        return (yield Statement("SELECT length(%s::text)", (text,)))

    async def work(line: PostgresLine) -> list[tuple]:
        steps = asking()
        return await line.resolve(steps, next(steps))

    assert on(work) == [(len(text),)]


def test_what_is_asked_together_is_answered_in_its_order_and_as_one(on) -> None:
    def asking():
        begun = "SELECT %s::int, pg_current_xact_id()::text"
        return (yield Together([Statement(begun, (number,)) for number in (1, 2, 3)]))

    async def work(line: PostgresLine) -> list[list[tuple]]:
        steps = asking()
        return await line.resolve(steps, next(steps))

    found = on(work)
    assert [rows[0][0] for rows in found] == [1, 2, 3]
    assert len({rows[0][1] for rows in found}) == 1


def test_a_refusal_of_one_is_told_for_all_and_the_next_are_answered(on) -> None:
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


def test_where_the_meanwhile_fails_the_next_do_not_hear_what_is_left(on) -> None:
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


def test_it_plans_anew_now_and_then(on, monkeypatch) -> None:
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
def test_a_refusal_leaves_it_open(on, refused) -> None:
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


def test_a_lost_connection_is_told_to_who_waits(on) -> None:
    def asking():
        return (yield Statement("SELECT pg_sleep(%s::int)", (30,)))

    async def work(line: PostgresLine) -> bool:
        steps = asking()
        asleep = asyncio.create_task(line.resolve(steps, next(steps)))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(backends.terminate, "tests")
        with pytest.raises((DatabaseError, Error)):
            await asleep
        await asyncio.sleep(0.1)
        return line.is_open

    assert on(work) is False


def test_a_connection_reset_on_its_way_is_told_to_who_waits(on) -> None:
    def asking(sql: str):
        return (yield Statement(sql, ()))

    async def work(line: PostgresLine) -> bool:
        with ThreadPoolExecutor(1) as aside:  # The loop hears nothing of it meanwhile.
            aside.submit(backends.terminate, "tests").result()
        steps = asking("SELECT pg_backend_pid()")
        asked = begin(line.resolve(steps, next(steps)))
        time.sleep(0.2)  # Until it has come back that nobody is there.
        with pytest.raises((DatabaseError, Error)):
            async with asyncio.timeout(10):
                await asked
        return line.is_open

    assert on(work) is False


@dataclass
class Met:
    """Once ``until`` has been awaited."""

    until: Callable[[], Awaitable[None]]

    def is_met(self) -> bool:
        return False

    async def met(self) -> None:
        await self.until()


class TestACondition:
    """Of what is written; it is looked at while the server is at work."""

    def test_nothing_is_committed_before_it_is_met(self, on) -> None:
        seen = []

        async def until_it_is_written() -> None:
            await asyncio.to_thread(backends.wait_for, "tests", 1, "backend_xid IS NOT NULL")
            seen.append(await asyncio.to_thread(names))

        async def work(line: PostgresLine) -> None:
            await write(line, "ana", Met(until_it_is_written))
            await write(line, "berta")

        on(work)
        assert seen == [[]]
        assert names() == ["ana", "berta"]

    def test_of_what_it_forbids_nothing_is_left(self, on) -> None:
        async def never() -> None:
            await asyncio.to_thread(backends.wait_for, "tests", 1, "backend_xid IS NOT NULL")
            raise PermissionError

        async def work(line: PostgresLine) -> None:
            with pytest.raises(PermissionError):
                await write(line, "ana", Met(never))
            await line.open()
            await write(line, "berta")

        on(work)
        assert names() == ["berta"]

    def test_one_known_to_be_met_is_not_waited_for(self, on) -> None:
        class Known(Met):
            def is_met(self) -> bool:
                return True

        async def never() -> None:
            raise AssertionError

        on(lambda line: write(line, "ana", Known(never)))
        assert names() == ["ana"]

    def test_what_is_known_to_be_forbidden_is_not_asked(self, on) -> None:
        class Forbidden(Met):
            def is_met(self) -> bool:
                raise PermissionError

        async def never() -> None:
            raise AssertionError

        async def work(line: PostgresLine) -> bool:
            with pytest.raises(PermissionError):
                await write(line, "ana", Forbidden(never))
            still_open = line.is_open
            await write(line, "berta")
            return still_open

        assert on(work) is True
        assert names() == ["berta"]

    def test_a_connection_lost_meanwhile_is_told(self, on) -> None:
        async def until_it_is_lost() -> None:
            await asyncio.to_thread(backends.terminate, "tests")
            await asyncio.sleep(0.1)

        async def work(line: PostgresLine) -> bool:
            with pytest.raises((DatabaseError, Error)):
                await write(line, "ana", Met(until_it_is_lost))
            return line.is_open

        assert on(work) is False
        assert names() == []

    def test_a_refusal_by_the_server_is_told_when_it_is_met(self, on) -> None:
        async def for_a_while() -> None:
            await asyncio.sleep(0.1)

        async def work(line: PostgresLine) -> None:
            for name in ("ana", "ana", "berta"):
                try:
                    await write(line, name, Met(for_a_while))
                except IntegrityError:
                    refused.append(name)

        refused: list[str] = []
        on(work)
        assert refused == ["ana"]
        assert names() == ["ana", "berta"]


async def write(line: PostgresLine, name: str, condition: Met | None = None) -> None:
    steps = naming(name)
    await line.resolve(steps, next(steps), condition)


def naming(name: str):
    return (yield Statement("INSERT INTO auth_group (name) VALUES (%s::text)", (name,)))


def names() -> list[str]:
    wanted = Group.objects.filter(name__in=["ana", "berta"])
    found = sorted(wanted.values_list("name", flat=True))
    connection.close()
    return found
