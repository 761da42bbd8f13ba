"""What the tests of the fast path share."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest


@pytest.fixture(params=["asyncio", "uvloop"])
def on_each_loop(request) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Runs a coroutine on the loop of the standard library, and on the one that uvicorn takes."""
    new_loop = pytest.importorskip(request.param).new_event_loop

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(work)

    return run
