"""The limits as the event loop charges them: as every other process does, whatever Redis does."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sessions_core.fast.limits import LimitClient
from sessions_core.rest import limits

pytestmark = pytest.mark.redis

WINDOWS = {"progress": [(3, 60)]}


@pytest.fixture(autouse=True)
def _few(settings) -> None:
    settings.SESSIONS_LIMITS = WINDOWS
    limits.forget()


def charged(*steps: Callable[[], object] | tuple[str, int]) -> list[Any]:
    """What is left, or the wait of whoever is refused, after each charge of (owner, units)."""

    async def each() -> list[Any]:
        client, found = LimitClient(), []
        try:
            for step in steps:
                if callable(step):
                    step()
                    continue
                ((window,),) = await client.charge([("progress", *step)])
                found.append("refused" if window.wait else window.remaining)
            return found
        finally:
            await client.close()

    return asyncio.run(each())


def redis() -> Any:
    return limits.store().shared.client  # type: ignore[union-attr]


def test_it_counts_with_the_others() -> None:
    here, there = ("u1", 1), ("u1", 1)
    limits.consume("progress", *there)
    assert charged(here, here, here, ("u1", -1), here) == [1, 0, "refused", 1, 0]


def test_a_script_that_redis_has_forgotten_is_sent_again() -> None:
    assert charged(("u2", 1), lambda: redis().script_flush(), ("u2", 1)) == [2, 1]


def test_a_connection_that_was_cut_costs_nobody_the_count() -> None:
    def cut() -> None:
        redis().client_kill_filter(_type="normal", skipme=True)

    assert charged(("u3", 1), cut, ("u3", 1), cut, ("u3", 1), ("u3", 1)) == [2, 1, 0, "refused"]


def test_without_redis_this_process_counts_alone(monkeypatch) -> None:
    store = limits.store()
    monkeypatch.setattr(type(store), "may_ask", lambda self: False)
    assert charged(("u4", 1), ("u4", 2), ("u4", 1)) == [2, 0, "refused"]
