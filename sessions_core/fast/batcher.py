"""Requests that wait while others are at the database make up the next group.

A lone request is a group of one, and under load groups fill by themselves. Nobody is answered
before the group's statement is committed, so a group is as durable as a commit each.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from ..errors import Unavailable
from ..rest.limits import Window
from .limits import LimitClient

logger = logging.getLogger(__name__)

# Requests in a group. Their results are built on the loop, which nobody else can use meanwhile.
SIZE = 32
# Requests that may wait; more are turned away.
MAX_WAITING = 2048
# Seconds that one may wait for its group.
TIMEOUT = 2.0
# Seconds without a request after which the connections are closed.
IDLE = 30.0


class DatabaseLost(Exception):
    """The database does not answer, or was lost while it was at work."""


class Contended(Exception):
    """Somebody holds what was asked for. Nothing was done."""


class Connection(Protocol):
    """``timeout``: seconds that a group may take on it, None where it cannot be stopped."""

    timeout: float | None

    def abort(self) -> None:
        """Drop what it is at, at once: whoever waits for it fails."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class Job:
    """One request on its way through a group.

    Groups are of one ``kind``. Jobs with the same ``alone`` are never at work at one time; None is
    like no other. ``limit`` is the scope that the job is charged to, as ``owner``. Afterwards
    ``result`` is what the group's run made of it, or ``Unavailable``; None if the job is left to
    another way. ``windows`` are its limits, as charged, and ``is_refused`` says that one is spent.
    """

    kind: str
    wanted: Any
    alone: Hashable
    owner: str = ""
    limit: str | None = None
    result: Any = None
    windows: Sequence[Window] = ()
    is_refused: bool = False
    done: "asyncio.Future[None] | None" = None
    since: float = 0.0


#: Waits until the group has been charged, and returns those of the jobs that are within limits.
Charged = Callable[[list[Job]], Awaitable[list[Job]]]
Run = Callable[[Any, list[Job], Charged], Awaitable[None]]


class Batcher:
    """Of one event loop, which alone touches its state. At most one group is at work on each of the
    ``connections``.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connections: Sequence[Connection],
        runs: Mapping[str, Run],
    ) -> None:
        self.loop = loop
        self.limits = LimitClient()
        self._waiting: deque[Job] = deque()
        self._connections = connections
        self._runs = runs
        self._free = list(connections)
        self._at_work: set[Hashable] = set()
        self._under_way = 0
        self._woken = False
        self._idle: asyncio.TimerHandle | None = None

    async def submit(self, job: Job) -> None:
        """Return once ``job`` has its result; a charge is kept only if it has one."""
        if len(self._waiting) >= MAX_WAITING:
            job.result = Unavailable()
            return
        job.done, job.since = self.loop.create_future(), self.loop.time()
        self._waiting.append(job)
        self._wake()
        await job.done

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()
        await self.limits.close()

    def _wake(self) -> None:
        """Begin once all that has just arrived is in the queue."""
        if not self._woken:
            self._woken = True
            self.loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._woken = False
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        while self._free and (group := self._take()):
            self._at_work.update(_alone(group))
            self._under_way += len(group)
            self.loop.create_task(self._serve(self._free.pop(), group))

    def _take(self) -> list[Job]:
        """The next group: jobs of one kind, in their order, none of them ``alone`` twice."""
        group: list[Job] = []
        left: deque[Job] = deque()
        busy = set(self._at_work)
        # A fair share of all who are there, so that while one group is at the database the others
        # are decided.
        present = len(self._waiting) + self._under_way
        size = min(SIZE, -(-present // len(self._connections)))
        for job in self._waiting:
            of_this_kind = not group or job.kind == group[0].kind
            if len(group) < size and of_this_kind and job.alone not in busy:
                group.append(job)
                if job.alone is not None:
                    busy.add(job.alone)
            else:
                left.append(job)
        self._waiting = left
        return group

    async def _serve(self, connection: Connection, group: list[Job]) -> None:
        try:
            in_time = self._in_time(group)
            # The limits are charged while the group is decided, and known before it is written.
            charging = self.loop.create_task(self._charge(in_time))
            await self._run(connection, in_time, partial(_within_limits, charging))
            await charging
            await self._take_back(in_time)
        finally:
            self._free.append(connection)
            self._at_work.difference_update(_alone(group))
            self._under_way -= len(group)
            for job in group:
                if job.done is not None and not job.done.done():
                    job.done.set_result(None)
            if self._waiting:
                self._wake()
            elif len(self._free) == len(self._connections):
                self._idle = self.loop.call_later(IDLE, self._rest)

    def _in_time(self, group: list[Job]) -> list[Job]:
        oldest = self.loop.time() - TIMEOUT
        for job in group:
            if job.since < oldest:
                job.result = Unavailable()
        return [job for job in group if job.result is None]

    async def _run(self, connection: Connection, group: list[Job], charged: Charged) -> None:
        """Jobs that break their group are tried once more, each by itself, and then left."""
        if not group:
            return
        # To cancel a statement, psycopg would first ask the server to, which takes long where the
        # server is frozen. So the connection is dropped a moment before the time is over.
        timeout = connection.timeout
        abort = None if timeout is None else self.loop.call_later(timeout, connection.abort)
        try:
            async with asyncio.timeout(timeout):
                await self._runs[group[0].kind](connection, group, charged)
        except Contended as error:  # Nothing was done, and a thread may wait for the lock.
            logger.info("Requests are left to Django: %s", error)
        except (DatabaseLost, TimeoutError) as error:
            logger.error("The database did not answer: %s", error)
            await connection.close()
            self._turn_away(group)
        except Exception as error:  # noqa: BLE001  Whose fault it is shows when each is alone.
            left = [job for job in group if job.result is None]
            for job in left if len(group) > 1 else ():
                await self._run(connection, [job], charged)
            if len(group) == 1:
                logger.info("A request is left to Django: %r", error)
        finally:
            if abort is not None:
                abort.cancel()

    def _turn_away(self, group: list[Job]) -> None:
        """The database is away: neither the group nor who waits shall wait for that again."""
        for job in (*group, *self._waiting):
            if job.result is None:
                job.result = Unavailable()
        waiting, self._waiting = self._waiting, deque()
        for job in waiting:
            if job.done is not None and not job.done.done():
                job.done.set_result(None)

    async def _charge(self, group: list[Job]) -> None:
        limited = [job for job in group if job.limit is not None]
        if limited:
            found = await self.limits.charge([(str(job.limit), job.owner, 1) for job in limited])
            for job, windows in zip(limited, found, strict=True):
                job.windows = windows
                job.is_refused = any(window.wait for window in windows)

    async def _take_back(self, group: list[Job]) -> None:
        """Uncount what was not done: another way counts it, or nobody."""
        counted = [
            job
            for job in group
            if job.windows
            and not job.is_refused
            and (job.result is None or isinstance(job.result, Unavailable))
        ]
        if counted:
            await self.limits.charge([(str(job.limit), job.owner, -1) for job in counted])

    def _rest(self) -> None:
        self._idle = None
        for connection in self._free:
            self.loop.create_task(connection.close())


def _alone(group: list[Job]) -> list[Hashable]:
    return [job.alone for job in group if job.alone is not None]


async def _within_limits(charging: "asyncio.Task[None]", jobs: list[Job]) -> list[Job]:
    await asyncio.shield(charging)
    return [job for job in jobs if not job.is_refused]
