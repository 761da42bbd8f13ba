"""What stands between the statements of a verb."""

from collections.abc import Callable
from typing import Any, TypeVar

from sessions_core.lifecycle.statements import Asking, Statement, Together

T = TypeVar("T")


def watched(asking: Asking[T], before: Callable[[Statement], object]) -> Asking[T]:
    """``asking`` with ``before`` called with each of its statements, just before it is run."""
    rows: Any = None  # None starts it.
    try:
        while True:
            asked = asking.send(rows)
            for statement in asked.statements if isinstance(asked, Together) else (asked,):
                before(statement)
            rows = yield asked
    except StopIteration as end:
        return end.value
