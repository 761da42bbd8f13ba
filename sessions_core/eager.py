"""Starting a coroutine at once, without a task, and finishing it later only if it waits.

A server's ``send`` waits only while the peer is not reading. Starting it in place spares a task
switch for each socket and event, which is most of what a fan-out costs. (Python 3.12 has eager
tasks; these few lines serve 3.11 too.)
"""

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Rest(Generic[T]):
    """The unfinished part of a started coroutine. Await it once, for its result."""

    __slots__ = ("_coroutine", "_waiting")

    def __init__(self, coroutine: Coroutine[Any, Any, T], waiting: Any) -> None:
        self._coroutine = coroutine
        self._waiting = waiting

    def __await__(self) -> Generator[Any, Any, T]:
        try:
            yield self._waiting  # A cancellation, or the failure of what it waits for, comes here.
            return (yield from self._coroutine.__await__())
        finally:
            self._coroutine.close()


class Done(Generic[T]):
    """The ``result`` of a coroutine that had not to wait."""

    __slots__ = ("result",)

    def __init__(self, result: T) -> None:
        self.result = result

    def __await__(self) -> Generator[Any, Any, T]:
        yield from ()
        return self.result


def begin(coroutine: Coroutine[Any, Any, T]) -> Rest[T] | Done[T]:
    """Run ``coroutine`` up to its first wait. Await what is left within the task that began it."""
    try:
        return Rest(coroutine, coroutine.send(None))
    except StopIteration as end:
        return Done(end.value)
