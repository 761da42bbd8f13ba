"""What shares a line: one transaction while all goes well, and nobody's trouble but one's own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from django.contrib.sessions.models import Session as Row
from django.db import connections
from django.utils import timezone

from sessions_core.errors import Unavailable
from sessions_core.fastlane import lines
from sessions_core.fastlane.lines import Lines
from sessions_core.fastlane.workers import NotDone
from sessions_core.lifecycle.statements import Asking, Statement, Together

from . import backends

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

# Any table will do that is empty before.
TABLE = Row._meta.db_table
NAMED = f"""
INSERT INTO {TABLE} (session_key, session_data, expire_date) VALUES (%s, '', now())
RETURNING pg_current_xact_id()::text
"""
DIVIDED = "SELECT 6 / %s::int"


@pytest.fixture
def over(on_each_loop) -> Callable[[Callable[[Lines], Coroutine[Any, Any, Any]]], Any]:
    """Runs work over one line."""

    def run(work: Callable[[Lines], Coroutine[Any, Any, Any]]) -> Any:
        async def opened() -> Any:
            here = Lines(asyncio.get_running_loop(), 1)
            try:
                return await work(here)
            finally:
                here.close()

        return on_each_loop(opened())

    return run


def ask(sql: str, *values: Any) -> Asking[Any]:
    rows = yield Statement(sql, values)
    return rows[0][0]


def names() -> list[str]:
    found = sorted(Row.objects.values_list("session_key", flat=True))
    connections.close_all()
    return found


async def all_of(here: Lines, *askings: Asking[Any]) -> list[Any]:
    return await asyncio.gather(*map(here.resolve, askings), return_exceptions=True)


def test_who_comes_together_is_one_transaction_and_hears_what_is_theirs(over) -> None:
    def twice(name: str) -> Asking[tuple[str, str]]:
        first = yield from ask(NAMED, name)
        ((second,),), ((number,),) = yield Together(
            [Statement(NAMED, (f"{name} again",)), Statement(DIVIDED, (2,))]
        )
        assert number == 3
        return first, second

    async def work(here: Lines) -> list[Any]:
        return await all_of(here, twice("a"), ask(NAMED, "b"), twice("c"))

    (first_a, second_a), first_b, (first_c, second_c) = over(work)
    assert first_a == first_b == first_c
    assert second_a == second_c != first_a
    assert names() == ["a", "a again", "b", "c", "c again"]


def test_a_crowd_goes_in_turns(over) -> None:
    async def work(here: Lines) -> list[Any]:
        return await all_of(here, *(ask(NAMED, f"{n:02}") for n in range(2 * lines.SIZE + 1)))

    transactions = over(work)
    assert len(set(transactions)) == 3
    assert names() == [f"{n:02}" for n in range(2 * lines.SIZE + 1)]


def test_who_is_refused_is_so_alone(over) -> None:
    async def work(here: Lines) -> list[Any]:
        wrong = ask(DIVIDED, 0)
        return await all_of(here, ask(NAMED, "before"), wrong, ask(NAMED, "after"))

    before, refused, after = over(work)
    assert isinstance(refused, NotDone)
    assert before != after
    assert names() == ["after", "before"]


def test_who_breaks_on_the_rows_does_so_alone(over) -> None:
    def broken() -> Asking[None]:
        yield Statement(NAMED, ("broken",))
        raise ArithmeticError

    async def work(here: Lines) -> list[Any]:
        return await all_of(here, broken(), ask(DIVIDED, 1))

    error, fine = over(work)
    assert isinstance(error, ArithmeticError)
    assert fine == 6


def test_who_cannot_be_asked_leaves_all_to_another_way(over) -> None:
    def unspeakable() -> Asking[None]:
        yield Statement("SELECT %(missing)s::int", {})

    async def work(here: Lines) -> list[Any]:
        together = await all_of(here, ask(NAMED, "fine"), unspeakable())
        return [*together, await here.resolve(ask(DIVIDED, 2))]

    fine, wrong, next_one = over(work)
    assert isinstance(fine, NotDone)
    assert isinstance(wrong, NotDone)
    assert next_one == 3
    assert names() == []


def test_a_row_that_somebody_holds_keeps_nobody_else(over) -> None:
    """Not even for as long as it is held, which here is until all are done."""
    Row.objects.create(session_key="held", expire_date=timezone.now())
    holding = connections.create_connection("default")
    held = f"SELECT session_key FROM {TABLE} WHERE session_key = %s FOR UPDATE"

    async def work(here: Lines) -> list[Any]:
        return await all_of(here, ask(NAMED, "mine"), ask(held, "held"), ask(NAMED, "yours"))

    try:
        holding.set_autocommit(False)
        holding.cursor().execute(held, ["held"])
        mine, kept, yours = over(work)
    finally:
        holding.close()
    assert isinstance(kept, NotDone)
    assert mine != yours
    assert names() == ["held", "mine", "yours"]


def test_who_waits_too_long_for_a_line_takes_another_way(over, monkeypatch) -> None:
    monkeypatch.setattr(lines, "PATIENCE", 0.1)

    async def work(here: Lines) -> list[Any]:
        slow = asyncio.create_task(here.resolve(ask("SELECT 'slept' FROM pg_sleep(1)")))
        await asyncio.to_thread(backends.wait_for, "operations", 1, "state = 'active'")
        return [*await all_of(here, ask(NAMED, "late")), await slow]

    late, slow = over(work)
    assert isinstance(late, NotDone)
    assert slow == "slept"
    assert names() == []


def test_who_has_gone_away_keeps_nobody(over) -> None:
    async def work(here: Lines) -> str:
        gone = asyncio.create_task(here.resolve(ask(NAMED, "gone")))
        await asyncio.sleep(0)
        gone.cancel()
        return await here.resolve(ask("SELECT 'served'"))

    assert over(work) == "served"


def test_where_the_server_is_gone_all_are_told(over) -> None:
    async def work(here: Lines) -> list[Any]:
        asked = asyncio.create_task(
            all_of(here, ask("SELECT 1 FROM pg_sleep(20)"), ask(NAMED, "lost"))
        )
        await asyncio.to_thread(backends.wait_for, "operations", 1, "state = 'active'")
        await asyncio.to_thread(backends.terminate, "operations")
        return [*await asked, await here.resolve(ask(DIVIDED, 3))]

    slept, lost, next_one = over(work)
    assert isinstance(slept, Unavailable)
    assert isinstance(lost, Unavailable)
    assert next_one == 2
    assert names() == []
