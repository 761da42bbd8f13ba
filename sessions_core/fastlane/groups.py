"""Group commit: answers that arrive while one group commits make up the next.

A lone answer is a group of one, and under load groups fill by themselves, while others are under
way. As durable as a commit each, since nobody is answered before the commit. On Postgres, what can
be decided from memory is recorded on the event loop (``quick``); all else, in threads.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from django.db import connection

from ..errors import Unavailable
from ..lifecycle import events
from ..lifecycle.submission import Submission
from ..realtime import courier
from ..signals import session_events
from .commit import commit, commit_alone, lend, release
from .metrics import metrics
from .replies import Reply
from .waiting import FairQueue, Waiting

if TYPE_CHECKING:
    from .quick import QuickCommit

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger(__name__)

SIZE = 64
# Answers waiting for a group, and answers set aside; more are turned away.
QUEUE = 2048
ASIDE = 256
# Seconds without an answer after which the connection is given back.
IDLE = 30.0
# Seconds after which a waiting thread looks whether the loop is still there.
LOOK_UP = 5.0
# Seconds between two lines about the metrics in the log, while there are answers.
REPORT = 60.0


class GroupCommit:
    """Of one event loop, which alone touches its state; the database work is done in threads."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue = FairQueue()
        self._thread = ThreadPoolExecutor(1, "answers")
        self._aside = ThreadPoolExecutor(2, "answers-aside")
        self._aside_count = 0
        self._running = False
        self._idle: asyncio.TimerHandle | None = None
        self._used_at = 0.0
        self._report_at = self._loop.time() + REPORT
        self._quick = self._begin_quick()

    def _begin_quick(self) -> "QuickCommit | None":
        if connection.vendor != "postgresql":
            return None
        from . import quick  # psycopg is there only where there is a Postgres.

        if not quick.is_possible(self._loop):
            return None
        return quick.QuickCommit(self._loop, self.tell, self._line_up)

    async def answer(self, submission: Submission, reply: Reply | None = None) -> Waiting:
        """``submission`` with its result: a verdict, which is committed, or an error.

        ``Unavailable`` where too many wait already. None if the verb broke on it; nothing was
        recorded then.
        """
        future = self._loop.create_future()
        waiting = Waiting(submission, future, self._loop.time(), reply=reply)
        self._enter(waiting)
        await future
        return waiting

    def answer_from_thread(self, submission: Submission) -> Waiting:
        """``answer``, for a thread that waits. Raises ``Unavailable`` where the loop has ended."""
        lend()
        future: Future[None] = Future()
        waiting = Waiting(submission, future, self._loop.time())
        try:
            self._loop.call_soon_threadsafe(self._enter, waiting)
        except RuntimeError:
            raise Unavailable from None
        while not future.done():
            with suppress(TimeoutError):
                future.result(LOOK_UP)
            if self._loop.is_closed() and not future.done():
                raise Unavailable  # What it had under way will be settled by nobody.
        return waiting

    def tell(self, happened: list[events.SessionEvent]) -> None:
        """Tell the listeners of what has been committed on the loop, in that order."""
        if happened:
            events.tell_at_once(happened)
            if session_events.has_listeners():
                # They may ask the database.
                self._thread.submit(events.tell, happened)

    def _enter(self, waiting: Waiting) -> None:
        if self._is_full():
            self._refuse(waiting)
        elif self._quick is not None and waiting.submission.session_id is not None:
            self._quick.put(waiting)
            self._rest_soon()
        else:
            self._line_up(waiting)

    def _line_up(self, waiting: Waiting) -> None:
        """For a group that is committed in a thread."""
        self._queue.put(waiting)
        if not self._running:
            self._next()

    def _is_full(self) -> bool:
        ahead = len(self._queue) + (len(self._quick) if self._quick is not None else 0)
        return ahead >= QUEUE

    def close(self) -> None:
        """End the threads, after what is under way, and give their connections back."""
        if self._quick is not None:
            self._quick.close()
        for executor in (self._thread, self._aside):
            executor.submit(release).result()
            executor.shutdown()

    def _next(self) -> None:
        group = self._take()
        metrics.waiting = len(self._queue)
        self._running = bool(group)
        if group:
            metrics.grouped(len(group))
            work = self._thread.submit(partial(commit, group, skip_locked=True))
            work.add_done_callback(partial(self._call_back, self._committed, group))
        else:
            self._rest_soon()

    def _rest_soon(self) -> None:
        """Give the connections back after ``IDLE`` without an answer."""
        self._used_at = self._loop.time()
        self._report()
        if self._idle is None:
            self._idle = self._loop.call_later(IDLE, self._rest)

    def _rest(self) -> None:
        self._idle = None
        left = self._used_at + IDLE - self._loop.time()
        if left > 0 or self._running or not (self._quick is None or self._quick.is_idle):
            self._idle = self._loop.call_later(max(left, 1), self._rest)
            return
        self._thread.submit(release)
        if self._quick is not None:
            self._quick.rest()

    def _report(self) -> None:
        now = self._loop.time()
        if now >= self._report_at:
            self._report_at = now + REPORT
            logger.info("Answers of this process: %s", metrics.snapshot())

    def _take(self) -> list[Waiting]:
        """The next group. Who has waited for too long is told."""
        now = self._loop.time()
        while group := self._queue.take(SIZE):
            for waiting in group:
                if waiting.is_late(now):
                    self._refuse(waiting)
            if in_time := [waiting for waiting in group if not waiting.is_late(now)]:
                return in_time
        return []

    def _call_back(self, then: Callable[[T, Future[R]], None], what: T, work: Future[R]) -> None:
        """From a thread to the loop, which may have been closed meanwhile: nobody waits then."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(then, what, work)

    def _committed(self, group: list[Waiting], work: Future[bool]) -> None:
        if work.exception() is not None:
            # The verb broke on one of them. By itself, each that is not recorded finds out whether
            # it is the one.
            metrics.failed += 1
        elif not work.result():
            self._turn_away_all()
        for waiting in group:
            self._settle(waiting)
        self._next()

    def _turn_away_all(self) -> None:
        """The database is away, and nobody should wait for that twice."""
        while waiting_there := self._queue.take(SIZE):
            for waiting in waiting_there:
                self._refuse(waiting)

    def _settle(self, waiting: Waiting) -> None:
        if waiting.result is None:
            self._set_aside(waiting)
        else:
            waiting.settle()

    def _set_aside(self, waiting: Waiting) -> None:
        """Answer it alone, where waiting for its session holds nobody up."""
        if self._aside_count >= ASIDE:
            self._refuse(waiting)
            return
        metrics.set_aside += 1
        self._aside_count += 1
        work = self._aside.submit(commit_alone, waiting)
        work.add_done_callback(partial(self._call_back, self._alone, waiting))

    def _alone(self, waiting: Waiting, work: Future[None]) -> None:
        self._aside_count -= 1
        if error := work.exception():
            logger.error("An answer could not be recorded", exc_info=error)
        waiting.settle()

    def _refuse(self, waiting: Waiting) -> None:
        metrics.refused += 1
        waiting.result = Unavailable()
        waiting.settle()


_current: GroupCommit | None = None


def current() -> GroupCommit:
    """The group commit of the running loop, begun with its first answer: requests and sockets
    share it.
    """
    global _current
    loop = asyncio.get_running_loop()
    if _current is None or _current._loop is not loop:
        _current = GroupCommit()
        courier.leave_by(loop)
    return _current


def close() -> None:
    """End the threads. A server has no need of it: they end with the process."""
    global _current
    if _current is not None:
        _current.close()
        _current = None
