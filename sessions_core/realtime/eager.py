"""Starting a coroutine at once, without a task, and finishing it later only if it waits.

A server's ``send`` waits only while the peer is not reading. Starting it in place spares a task
switch for each socket and event, which is most of what a fan-out costs. (Python 3.12 has eager
tasks; these few lines serve 3.11 too.)
"""

from collections.abc import Coroutine, Generator
from typing import Any


class Rest:
    """The unfinished part of a started coroutine. Await it once."""

    __slots__ = ("_coroutine", "_waiting")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], waiting: Any) -> None:
        self._coroutine = coroutine
        self._waiting = waiting

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._waiting  # a cancellation, or the failure of what it waits for, comes here
            yield from self._coroutine.__await__()
        finally:
            self._coroutine.close()


def start(coroutine: Coroutine[Any, Any, Any]) -> Rest | None:
    """Run ``coroutine`` up to its first wait. None: it has finished."""
    try:
        return Rest(coroutine, coroutine.send(None))
    except StopIteration:
        return None
