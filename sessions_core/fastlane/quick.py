"""Answers decided from memory on the event loop itself, and recorded over lines of its own.

The shortest way for the plain case: a group counts against its limits in one round trip to Redis,
is decided, and recorded by one statement (``lifecycle.remembered``), with no change of thread in
between. While one line waits for its commit, the next group is decided and leaves by another.
What this way cannot take, it leaves undecided: another session's lock, an end, a replay, a judge
that may wait. Those go by the threads (``groups``).
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import DatabaseError
from psycopg import Error

from ..app_settings import app_settings
from ..errors import SessionBusy, Unavailable
from ..lifecycle import events, remembered
from ..lifecycle.submission import Verdict
from .counting import Count, Counting, Refused
from .metrics import metrics
from .postgres_line import PostgresLine
from .till import Till
from .waiting import FairQueue, Waiting

logger = logging.getLogger(__name__)

LINES = 2
# The most answers in a group.
SIZE = 64
# While a group is under way, the next waits until it is so many: a commit of their own would cost
# all more time than it saves a few.
COMPANY = 8
# Seconds that they wait, should the other group not come back.
LATEST = 0.01


# Windows' own loop watches no descriptors, by which the lines hear.
_DEAF = getattr(asyncio, "ProactorEventLoop", ())


def is_possible(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether nothing that an answer needs would wait in the loop's way. On Postgres."""
    if isinstance(loop, _DEAF) or not Till.is_possible():
        return False
    return getattr(app_settings.load("JUDGE"), "instant", False)


class QuickCommit:
    """Of one event loop. ``tell`` is given what happened, ``leave`` what cannot be done here."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        tell: Callable[[list[events.SessionEvent]], None],
        leave: Callable[[Waiting], None],
    ) -> None:
        self._loop = loop
        self._tell = tell
        self._leave = leave
        self._counting = Counting()
        # As many as lines: where the database is away, none waits for another to find that out.
        self._opening = ThreadPoolExecutor(LINES, "answers-lines")
        self._lines = [PostgresLine(loop, self._opening, "answers") for _ in range(LINES)]
        self._free = list(self._lines)
        self._queue = FairQueue()
        self._happened: list[events.SessionEvent] = []
        self._present = 0
        self._woken = False
        self._latest: asyncio.TimerHandle | None = None

    def put(self, waiting: Waiting) -> None:
        """Settle ``waiting`` once its verdict is committed, or leave it to another way."""
        self._queue.put(waiting)
        self._present += 1
        self._wake()

    @property
    def is_idle(self) -> bool:
        return not self._present

    def __len__(self) -> int:
        return len(self._queue)

    def rest(self) -> None:
        """Give the connections back. More answers open them again."""
        self._counting.close()
        for line in self._lines:
            line.close()

    def close(self) -> None:
        """For good."""
        self._tell_now()
        self.rest()
        self._opening.shutdown()

    def _wake(self) -> None:
        """Deal once all that has just been read is in the queue."""
        if not self._woken:
            self._woken = True
            if self._is_busy:
                self._loop.call_soon(self._deal)
            else:
                self._loop.create_task(self._deal_at_once())

    def _deal(self) -> None:
        for line, group in self._groups():
            self._loop.create_task(self._commit(line, group))

    async def _deal_at_once(self) -> None:
        """``_deal`` where nothing is under way: one group at least can go, without another turn."""
        groups = list(self._groups())
        for line, group in groups[1:]:
            self._loop.create_task(self._commit(line, group))
        for line, group in groups[:1]:
            await self._commit(line, group)

    def _groups(self) -> Iterator[tuple[PostgresLine, list[Waiting]]]:
        """What can go now, each with its line."""
        self._woken = False
        while self._free and self._queue:
            # Not all at once: while one group commits, the others' learners write the next.
            fair_share = -(-self._present // LINES)
            if self._is_busy and len(self._queue) < min(COMPANY, fair_share):
                self._deal_later()
                return
            if group := self._take(fair_share):
                yield self._free.pop(), group

    def _deal_later(self) -> None:
        """When the group under way is back, or more have come; at the latest, after a while."""
        if self._latest is None:
            self._latest = self._loop.call_later(LATEST, self._deal_now)

    def _deal_now(self) -> None:
        self._latest = None
        if self._free and (group := self._take(SIZE)):
            self._loop.create_task(self._commit(self._free.pop(), group))

    def _take(self, number: int) -> list[Waiting]:
        return self._in_time(self._queue.take(min(SIZE, number)))

    @property
    def _is_busy(self) -> bool:
        return len(self._free) < LINES

    def _in_time(self, group: list[Waiting]) -> list[Waiting]:
        now = self._loop.time()
        late = [waiting for waiting in group if waiting.is_late(now)]
        if not late:
            return group
        self._refuse(late)
        return [waiting for waiting in group if waiting not in late]

    def _refuse(self, group: list[Waiting]) -> None:
        self._present -= len(group)
        metrics.refused += len(group)
        for waiting in group:
            waiting.result = Unavailable()
            waiting.settle()

    async def _commit(self, line: PostgresLine, group: list[Waiting]) -> None:
        try:
            here = remembered.suitable([waiting.submission for waiting in group])
            await self._record(line, [group[index] for index in here])
        finally:
            self._present -= len(group)
            self._free.append(line)
            recorded = 0
            for waiting in group:
                if waiting.result is None:
                    self._leave(waiting)
                else:
                    recorded += 1
                    waiting.settle()
            if recorded:
                metrics.grouped(recorded)
            if self._happened:
                # Behind those who have just been settled, so that their answers go out first.
                self._loop.call_soon(self._tell_now)
            if self._queue:
                self._wake()
            metrics.waiting = len(self._queue)

    def _tell_later(self, happened: list[events.SessionEvent]) -> None:
        self._happened += happened

    def _tell_now(self) -> None:
        happened, self._happened = self._happened, []
        self._tell(happened)

    async def _record(self, line: PostgresLine, group: list[Waiting]) -> None:
        if not group:
            return
        count = self._counting.begin(group)
        if count.is_likely_to_pass and await self._is_written(line, group, count):
            await count.finish()
            return
        refused = await count.finish()
        await self._write(line, [waiting for waiting in group if waiting not in refused])

    async def _is_written(self, line: PostgresLine, group: list[Waiting], count: Count) -> bool:
        """False where somebody is over a limit after all. Then nothing is."""
        try:
            await self._write(line, group, count)
        except Refused:
            return False
        return True

    async def _write(
        self, line: PostgresLine, group: list[Waiting], count: Count | None = None
    ) -> None:
        here = {waiting.submission.session_id: waiting for waiting in group}
        asking = remembered.recording(
            [waiting.submission for waiting in group],
            partial(_answer, here),
            _ask_nobody,
            self._tell_later,
            partial(_prepare, here, count),
        )
        try:
            first = next(asking, None)
            if first is not None:
                if not line.is_open:
                    await line.open()
                await line.resolve(asking, first, count)
        except DatabaseError as error:
            logger.error("The database did not answer: %s", error)
            self._turn_away(group)
        except Refused:
            raise
        except Error:
            # The server refused one of them, whose fault it is the locks find out.
            metrics.failed += 1
        except Exception as error:
            # Or the verb broke on it, a host's judge perhaps. All have been counted, and once.
            logger.warning("A group of answers goes by the locks", exc_info=error)
            metrics.failed += 1
        finally:
            asking.close()

    def _turn_away(self, group: list[Waiting]) -> None:
        """The database is away, and nobody should wait for that twice."""
        for waiting in group:
            if waiting.result is None:
                waiting.result = Unavailable()
        while waiting_there := self._queue.take(SIZE):
            self._refuse(waiting_there)


# By their sessions, of which a group has each but once.
Here = Mapping[int | None, Waiting]


def _prepare(here: Here, count: Count | None, decided: list[Verdict]) -> None:
    """Make what will be sent if all goes well, while Postgres is at work."""
    if count is not None:
        count.note()
    for verdict in decided:
        waiting = here[verdict.session_id]
        if waiting.reply is not None:
            waiting.reply.prepare(verdict, waiting.windows)


def _answer(here: Here, recorded: list[Verdict]) -> None:
    """A lone one at once, where that can be: nothing else need be done before. Those of a group go
    out by their tasks, close together, so that their readers come back close together; sent from
    here, they made groups of 6 instead of 7 at 16 connections, and a tenth fewer answers.
    """
    for verdict in recorded:
        here[verdict.session_id].result = verdict
    if len(here) == 1:
        for verdict in recorded:
            reply = here[verdict.session_id].reply
            if reply is not None:
                reply.send_at_once(verdict)


def _ask_nobody(form: str) -> bool:
    """The catalogue is in the database, and the answer goes by the threads."""
    raise SessionBusy
