"""Answers on their way into a group, and the order in which they get there."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..lifecycle.answer import Result
from ..lifecycle.submission import Submission
from ..rest.limits import Window
from .replies import Reply

# Seconds that an answer may wait for its group before it is turned away, uncounted.
PATIENCE = 2.0


class Promise(Protocol):
    """The future of a loop, or of a thread."""

    def done(self) -> bool: ...

    def set_result(self, result: None, /) -> None: ...


@dataclass(slots=True, eq=False)
class Waiting:
    """One answer and whoever waits for its result.

    ``since``: the loop's time of its arrival. ``windows``: its limits, once it has been counted;
    ``charged``: whether it was counted as 1.
    ``result`` stays None while nothing is decided. ``reply``: what is sent for a verdict.
    """

    submission: Submission
    future: Promise
    since: float
    windows: Sequence[Window] = field(default=())
    charged: bool = False
    result: Result | None = None
    reply: Reply | None = None

    def is_late(self, now: float) -> bool:
        """``now`` by the loop. A stalled database must not keep people waiting."""
        return now - self.since > PATIENCE

    def settle(self) -> None:
        """Let the waiting one go on. It may have gone away."""
        if not self.future.done():
            self.future.set_result(None)  # Not itself: the two would hold each other.


class FairQueue:
    """First come, first served between sessions; a session with many answers takes turns."""

    def __init__(self) -> None:
        self._lines: OrderedDict[int | str, deque[Waiting]] = OrderedDict()
        self._length = 0
        self._keys_before: set[int] = set()

    def __len__(self) -> int:
        return self._length

    def put(self, waiting: Waiting) -> None:
        submission = waiting.submission
        line = submission.session_id or submission.actor.scope
        self._lines.setdefault(line, deque()).append(waiting)
        self._length += 1

    def take(self, limit: int) -> list[Waiting]:
        """Up to ``limit``, one of each session in turn. A new idempotency key comes once: its other
        requests wait for the next group, and all find the first on record there.
        """
        taken: list[Waiting] = []
        keys: set[int] = set()  # A UUID's hash is made in Python, each time anew.
        held_back: list[Waiting] = []
        while self._lines and len(taken) < limit:
            line, waiting_there = self._lines.popitem(last=False)
            waiting = waiting_there.popleft()
            self._length -= 1
            if waiting_there:
                self._lines[line] = waiting_there
            key = waiting.submission.key
            if key is not None:
                if key.int in keys and key.int not in self._keys_before:
                    held_back.append(waiting)
                    continue
                keys.add(key.int)
            taken.append(waiting)
        self._keys_before = keys
        for waiting in held_back:
            self.put(waiting)
        return taken
