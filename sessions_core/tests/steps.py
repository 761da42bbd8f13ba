"""What stands between the statements of a verb."""

from collections.abc import Callable
from typing import TypeVar

from sessions_core.lifecycle.statements import Asking, Statement

T = TypeVar("T")


def watched(asking: Asking[T], before: Callable[[Statement], object]) -> Asking[T]:
    """``asking`` with ``before`` called with each of its statements, just before it is run."""
    rows: list[tuple] | None = None
    try:
        while True:
            statement = asking.send(rows)  # type: ignore[arg-type]  # None starts it.
            before(statement)
            rows = yield statement
    except StopIteration as end:
        return end.value
