"""A few connections to Postgres for what an event loop begins, ends and reads by itself.

Whoever waits when a connection comes free shares its round trips: what they ask next is sent in one
piece and is one transaction, so that several pay once for a commit, and for waking the server.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import DatabaseError
from psycopg import Error

from ..errors import Unavailable
from ..lifecycle.statements import Asking, Statement, Together
from .postgres_line import PostgresLine
from .workers import NotDone

T = TypeVar("T")

logger = logging.getLogger(__name__)

# The most that share a line: what they make of their rows, all else in the loop waits for.
SIZE = 8
# Seconds that one may wait for a line: long, where the server is slow.
PATIENCE = 1.0
# Seconds without work after which the connections are given back.
IDLE = 30.0


class Lines:
    """Of one event loop, which alone touches its state."""

    def __init__(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self._loop = loop
        # As many as lines: where the database is away, none waits for another to find that out.
        self._opening = ThreadPoolExecutor(number, "operations-lines")
        self._all = [PostgresLine(loop, self._opening, "operations") for _ in range(number)]
        # The one that worked last is first in line again: its connection is there already.
        self._free = list(self._all)
        self._queue: deque[_Waiting] = deque()
        self._woken = False
        self._idle: asyncio.TimerHandle | None = None

    async def resolve(self, asking: Asking[T]) -> T:
        """What ``asking`` returns. What it asks at one time is a transaction, perhaps with what
        others ask; where that fails, each is asked again alone.

        Raises ``NotDone`` where no line became free in time or the server refused a statement, and
        what ``asking`` raises; and ``Unavailable`` where the server is gone, perhaps after it has
        done the last one.
        """
        waiting = _Waiting(asking, self._loop.create_future())
        late = self._loop.call_later(PATIENCE, self._give_up, waiting)
        try:
            if waiting.goes_on(None):
                self._queue.append(waiting)
                self._wake()
            return await waiting.done
        finally:
            late.cancel()

    def close(self) -> None:
        """For good."""
        self._rest()
        self._opening.shutdown()

    def _give_up(self, waiting: "_Waiting") -> None:
        if waiting in self._queue:
            self._queue.remove(waiting)
            waiting.fail(NotDone())

    def _wake(self) -> None:
        """Deal once all that has just been read is in the queue."""
        if not self._woken:
            self._woken = True
            self._loop.call_soon(self._deal)

    def _deal(self) -> None:
        self._woken = False
        while self._queue and self._free:
            fair_share = -(-len(self._queue) // len(self._free))
            size = min(fair_share, SIZE)
            group = [self._queue.popleft() for _ in range(size)]
            self._loop.create_task(self._serve(self._free.pop(), group))
            self._stay()

    async def _serve(self, line: PostgresLine, group: list["_Waiting"]) -> None:
        try:
            if not line.is_open:
                await line.open()
            await _resolve(line, group)
        except DatabaseError as error:
            logger.error("The database did not answer: %s", error)
            _fail(group, Unavailable)
        except Exception as error:
            # What one of them asked breaks it for all, and a thread finds out whose that was.
            logger.warning("Operations go by a thread", exc_info=error)
            _fail(group, NotDone)
        finally:
            self._free.append(line)
            if self._queue:
                self._wake()
            elif len(self._free) == len(self._all):
                self._idle = self._loop.call_later(IDLE, self._rest)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _rest(self) -> None:
        """Give the connections back. More work opens them again."""
        for line in self._all:
            line.close()


class _Waiting:
    """Who waits for what ``asking`` returns. ``asked``: by it, and not answered yet."""

    __slots__ = ("_asking", "asked", "done")

    asked: Statement | Together

    def __init__(self, asking: Asking[Any], done: "asyncio.Future[Any]") -> None:
        self._asking = asking
        self.done = done

    def goes_on(self, rows: Any) -> bool:
        """Whether more is ``asked`` once these have come; None starts it. Else it is ``done``."""
        try:
            self.asked = self._asking.send(rows)
            return True
        except StopIteration as end:
            if not self.done.done():  # Who waited may have gone away; what was asked is done.
                self.done.set_result(end.value)
        except Exception as error:  # noqa: BLE001  It is raised by who waits.
            self.fail(error)
        return False

    def fail(self, error: Exception) -> None:
        self._asking.close()
        if not self.done.done():
            self.done.set_exception(error)


def _fail(group: Sequence[_Waiting], error: type[Exception]) -> None:
    for waiting in group:
        waiting.fail(error())


async def _resolve(line: PostgresLine, group: Sequence[_Waiting]) -> None:
    while group:
        try:
            answers = await line.ask([waiting.asked for waiting in group])
        except Error as error:
            await _resolve_alone(line, group, error)
            return
        group = [each for each, rows in zip(group, answers, strict=True) if each.goes_on(rows)]


async def _resolve_alone(line: PostgresLine, group: Sequence[_Waiting], error: Error) -> None:
    """Nothing of what they have asked is done; whose fault that is shows when each is alone."""
    if len(group) > 1:
        for waiting in group:
            await _resolve(line, [waiting])
    else:
        refused = NotDone()
        refused.__cause__ = error
        group[0].fail(refused)
