"""A few connections to Postgres for what an event loop begins and ends by itself."""

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError
from psycopg import Error

from ..errors import Unavailable
from ..lifecycle.statements import Asking
from .postgres_line import PostgresLine
from .workers import NotDone

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Seconds that one may wait for a line: long, where each waits for somebody's lock.
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
        self._waiting: deque[asyncio.Future[PostgresLine]] = deque()
        self._idle: asyncio.TimerHandle | None = None

    async def resolve(self, asking: Asking[T]) -> T:
        """What ``asking`` returns, each of its statements a transaction of its own.

        Raises ``NotDone`` where no line became free in time or the server refused a statement, and
        what ``asking`` raises; and ``Unavailable`` where the server is gone, perhaps after it has
        done the last one.
        """
        line = await self._take()
        try:
            statement = next(asking)
            if not line.is_open:
                await line.open()
            return await line.resolve(asking, statement)
        except StopIteration as end:
            return end.value
        except Error as error:
            raise NotDone from error
        except DatabaseError as error:
            logger.error("The database did not answer: %s", error)
            raise Unavailable from error
        finally:
            asking.close()
            self._give_back(line)

    def close(self) -> None:
        """For good."""
        self._rest()
        self._opening.shutdown()

    async def _take(self) -> PostgresLine:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._free:
            return self._free.pop()
        freed: asyncio.Future[PostgresLine] = self._loop.create_future()
        self._waiting.append(freed)
        try:
            async with asyncio.timeout(PATIENCE):
                return await freed
        except TimeoutError:
            raise NotDone from None
        finally:
            if freed in self._waiting:
                self._waiting.remove(freed)

    def _give_back(self, line: PostgresLine) -> None:
        while self._waiting:
            freed = self._waiting.popleft()
            if not freed.done():
                freed.set_result(line)
                return
        self._free.append(line)
        if len(self._free) == len(self._all):
            self._idle = self._loop.call_later(IDLE, self._rest)

    def _rest(self) -> None:
        """Give the connections back. More work opens them again."""
        for line in self._all:
            line.close()
