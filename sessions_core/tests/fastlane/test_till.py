"""Counting from the event loop, over a Redis that may go away."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import pytest

from sessions_core.fastlane.till import Till
from sessions_core.rest import limits

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def redis(own_redis, settings):
    server = own_redis()
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": server.url}}
    limits.forget()
    yield server
    limits.forget()


def charge(till: Till, who: str) -> Coroutine[Any, Any, list[list[limits.Window]]]:
    return till.charge([("progress", who, 1)])


def test_it_counts_with_everybody_else(redis) -> None:
    async def work() -> list[int]:
        till, who = Till(), uuid4().hex
        limits.consume("progress", who)
        found = await charge(till, who)
        till.close()
        return [found[0][0].remaining, limits.consume("progress", who)[0].remaining]

    assert asyncio.run(work()) == [118, 117]


@pytest.fixture
def on(on_each_loop) -> Callable[[Callable[[Till], Coroutine[Any, Any, Any]]], Any]:
    def run(work: Callable[[Till], Coroutine[Any, Any, Any]]) -> Any:
        async def begun() -> Any:
            till = Till()
            await charge(till, "somebody")  # Then it is connected.
            try:
                return await work(till)
            finally:
                till.close()

        return on_each_loop(begun())

    return run


class TestKnownByNow:
    """Of Redis' answer, which is there before the loop has had another turn."""

    def test_what_is_counted(self, redis, on) -> None:
        async def work(till: Till) -> list[Any]:
            charging = till.begin([("progress", "ana", 1)])
            time.sleep(0.2)
            return [charging.all_fit(), charging.found()[0][0].remaining]

        assert on(work) == [True, 119]

    def test_what_is_refused(self, redis, on, settings) -> None:
        settings.SESSIONS_LIMITS = {"progress": [(1, 60)]}

        async def work(till: Till) -> bool | None:
            await charge(till, "ana")
            charging = till.begin([("progress", "ana", 1), ("progress", "berta", 1)])
            time.sleep(0.2)
            return charging.all_fit()

        assert on(work) is False

    @pytest.mark.processes
    def test_nothing_where_it_does_not_answer(self, redis, on) -> None:
        async def work(till: Till) -> list[Any]:
            redis.pause()
            charging = till.begin([("progress", "ana", 1)])
            time.sleep(0.2)
            known = [charging.all_fit(), charging.found()]
            return [*known, (await charging.windows())[0][0].remaining]

        assert on(work) == [None, None, 119]

    def test_nothing_where_the_script_is_not_known(self, redis, on) -> None:
        async def work(till: Till) -> list[Any]:
            limits.store().shared.client.script_flush()
            charging = till.begin([("progress", "ana", 1)])
            time.sleep(0.2)
            known = [charging.all_fit(), charging.found()]
            return [*known, (await charging.windows())[0][0].remaining]

        assert on(work) == [None, None, 119]

    def test_all_that_has_come_reaches_those_who_wait(self, redis, on) -> None:
        async def work(till: Till) -> list[int]:
            waiting = [asyncio.ensure_future(charge(till, name)) for name in ("ana", "berta")]
            await asyncio.sleep(0)
            time.sleep(0.2)
            till.look()
            till.look()
            return [windows[0][0].remaining for windows in await asyncio.gather(*waiting)]

        assert on(work) == [119, 119]


def test_an_answer_that_the_loop_was_too_busy_to_read_is_none_too_late(redis, on) -> None:
    async def work(till: Till) -> list[int]:
        charging = till.begin([("progress", "ana", 1)])
        pool = limits.store().shared.client.connection_pool
        time.sleep(pool.connection_kwargs["socket_timeout"] + 0.1)
        windows = await charging.windows()
        return [windows[0][0].remaining, limits.consume("progress", "ana")[0].remaining]

    assert on(work) == [119, 118]


def test_a_redis_that_forgot_the_script_is_told_again(redis) -> None:
    async def work() -> list[int]:
        till, who, counts = Till(), uuid4().hex, []
        for _ in range(3):
            limits.store().shared.client.script_flush()
            counts.append((await charge(till, who))[0][0].remaining)
        till.close()
        return counts

    assert asyncio.run(work()) == [119, 118, 117]


@pytest.mark.processes
@pytest.mark.parametrize("failure", ["kill", "pause"])
def test_without_it_limits_count_in_the_process(redis, failure) -> None:
    async def work() -> list[int]:
        till, who = Till(), uuid4().hex
        counts = [(await charge(till, who))[0][0].remaining]
        getattr(redis, failure)()
        counts += [(await charge(till, who))[0][0].remaining for _ in range(3)]
        till.close()
        return counts

    assert asyncio.run(work()) == [119, 119, 118, 117]
