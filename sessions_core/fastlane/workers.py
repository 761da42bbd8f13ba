"""A few threads that keep their connections while there is work, for an event loop.

Few, because they share one interpreter; what waits too long for one of them is better off in
Django's many.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

from .commit import release
from .till import Till

if TYPE_CHECKING:
    from .lines import Lines

T = TypeVar("T")
Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]

logger = logging.getLogger(__name__)

THREADS = 4
# Connections for what the loop writes, and for what it reads. A page may take long; rows that are
# written in the same transaction would be held as long.
WRITING, READING = 2, 3
# Jobs waiting for a thread, and seconds that one may wait.
QUEUE = 512
PATIENCE = 1.0
# Seconds without a job after which the connections are given back.
IDLE = 30.0

# Windows' own loop watches no descriptors, by which lines hear.
DEAF = getattr(asyncio, "ProactorEventLoop", ())


class NotDone(Exception):
    """None to do it became free in time, or it broke; either way it left nothing behind."""


class Workers:
    """Of one event loop, which alone touches its state. ``till``: where its jobs are counted;
    ``writing`` and ``reading``: by which some need no thread; ``accounts``: by which it is asked
    whose tokens are.
    """

    def __init__(self, threads: int) -> None:
        self._loop = asyncio.get_running_loop()
        self.till = Till()
        self.writing = self._lines(WRITING)
        self.reading = self._lines(READING)
        self.accounts = self._lines(1)
        self._all = [ThreadPoolExecutor(1, f"operations-{n}") for n in range(threads)]
        # The one that worked last is first in line again: its connection is there already.
        self._free = list(self._all)
        self._waiting: deque[Job] = deque()
        self._idle: asyncio.TimerHandle | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def _lines(self, number: int) -> "Lines | None":
        if connection.vendor != "postgresql" or isinstance(self._loop, DEAF):
            return None
        from .lines import Lines  # psycopg is there only where there is a Postgres.

        return Lines(self._loop, number)

    async def run(self, call: Callable[[], T]) -> T:
        """What ``call`` gives, run where blocking is allowed. Raises ``NotDone``."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._free:
            self._begin(self._free.pop(), (call, future))
        elif len(self._waiting) >= QUEUE:
            raise NotDone
        else:
            self._waiting.append((call, future))
            return await self._patiently(future)
        return await future

    async def _patiently(self, future: "asyncio.Future[T]") -> T:
        """One that has begun is waited for, however long it takes."""
        late = self._loop.call_later(PATIENCE, self._give_up, future)
        try:
            return await future
        finally:
            late.cancel()

    def _give_up(self, future: "asyncio.Future[Any]") -> None:
        for job in self._waiting:
            if job[1] is future:
                self._waiting.remove(job)
                future.set_exception(NotDone())
                return

    def close(self) -> None:
        """End the threads, after what is under way, and give their connections back."""
        self.till.close()
        for lines in (self.writing, self.reading, self.accounts):
            if lines is not None:
                lines.close()
        for thread in self._all:
            thread.submit(release).result()
            thread.shutdown()

    def _begin(self, thread: ThreadPoolExecutor, job: Job) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        call, future = job
        thread.submit(call).add_done_callback(partial(self._call_back, thread, future))

    def _call_back(
        self, thread: ThreadPoolExecutor, future: "asyncio.Future[Any]", work: "Future[Any]"
    ) -> None:
        """From a thread to the loop, which may have been closed meanwhile: nobody waits then."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._done, thread, future, work)

    def _done(
        self, thread: ThreadPoolExecutor, future: "asyncio.Future[Any]", work: "Future[Any]"
    ) -> None:
        error = work.exception()
        if error is not None:
            logger.error("An operation broke", exc_info=error)
            thread.submit(release)  # Who knows in what state the connection is.
        if future.done():
            pass  # Whoever waited has gone away.
        elif error is None:
            future.set_result(work.result())
        else:
            future.set_exception(NotDone())
        if self._waiting:
            self._begin(thread, self._waiting.popleft())
            return
        self._free.append(thread)
        if len(self._free) == len(self._all):
            self._idle = self._loop.call_later(IDLE, self._release_all)

    def _release_all(self) -> None:
        self.till.close()
        for thread in self._all:
            thread.submit(release)


_current: Workers | None = None


def current() -> Workers:
    """Those of the running loop, begun with its first operation."""
    global _current
    if _current is None or _current.loop is not asyncio.get_running_loop():
        _current = Workers(_how_many())
    return _current


def _how_many() -> int:
    """Fewer where the pool is small: who keeps a connection keeps it from everybody else."""
    pool = connection.settings_dict.get("OPTIONS", {}).get("pool") or {}
    room = pool.get("max_size") if isinstance(pool, dict) else None
    return THREADS if room is None else max(1, min(THREADS, room // 2 - 1))


def close() -> None:
    """End the threads. A server has no need of it: they end with the process."""
    global _current
    if _current is not None:
        _current.close()
        _current = None
