"""Counting from the event loop, over a Redis that may go away."""

import asyncio
from collections.abc import Coroutine
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
