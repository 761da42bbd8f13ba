"""A better way to record answers than each by itself, where whatever serves the request has one."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Protocol

from ..lifecycle.answer import Result
from ..lifecycle.submission import Submission
from ..rest.limits import Window


class Recorded(Protocol):
    """``result``: a verdict, which is committed, or an error; None if the verb broke on it.
    ``windows``: its limits, where it has been counted.
    """

    @property
    def result(self) -> Result | None: ...

    @property
    def windows(self) -> Sequence[Window]: ...


class Recorder(Protocol):
    def __call__(self, submission: Submission, /) -> Recorded:
        """Count ``submission`` against its limit and record it, while this thread waits."""
        ...


recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)
