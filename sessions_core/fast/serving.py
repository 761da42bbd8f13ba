"""What serves the fast path on one event loop, and how other threads reach it."""

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ..app_settings import app_settings
from ..errors import Unavailable
from ..lifecycle.answer import Result, register_submitter
from ..lifecycle.submission import Submission
from ..passed_by import missed_middleware
from ..tokens import VerifiedToken
from . import in_thread
from .batcher import Batcher, Job, Run
from .limits import LimitClient

# Connections to Postgres, and so groups at work at one time.
CONNECTIONS = 2
# Seconds after which a thread that waits looks whether the loop is still there.
LOOK_UP = 5.0


class Server:
    """Of one event loop: a batcher, and the kinds of jobs that can be done on this database."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.runs: dict[str, Run] = {}
        self.is_alone_needed = True
        lines: list[Any]
        if _is_on_postgres(loop):
            from . import answers, ends, postgres, reads, starts, verifying  # They need psycopg.

            lines = [postgres.Connection() for _ in range(CONNECTIONS)]
            self.runs = {
                "start": starts.begin,
                "complete": ends.complete,
                "history": reads.history,
                "details": reads.details,
            }
            if verifying.is_possible():
                self.runs["token"] = verifying.verify
            if getattr(app_settings.load("JUDGE"), "instant", False):
                self.runs["answer"] = answers.record
        else:
            # The verb takes several answers of one session at once, so none need wait for another.
            self.is_alone_needed = False
            lines = [in_thread.NoConnection()]
            self.runs = {"answer": in_thread.record}
        self.runs.setdefault("token", in_thread.verify)
        self.batcher = Batcher(loop, lines, self.runs)

    async def verify(self, token: str) -> VerifiedToken:
        """Ask the database whose ``token`` is. Raises ``InvalidToken``, ``Unavailable``."""
        job = Job("token", token, None)
        await self.batcher.submit(job)
        if isinstance(job.result, VerifiedToken):
            return job.result
        raise job.result or Unavailable

    async def do(self, job: Job) -> bool:
        """Whether ``job`` has its result. If not, nothing was done and nothing is counted."""
        if job.kind not in self.runs:
            return False
        if not self.is_alone_needed:
            job.alone = None
        await self.batcher.submit(job)
        return job.result is not None

    def submit(self, submissions: Sequence[Submission]) -> Sequence[Result | None]:
        """Record a lone answer together with those of others, for a thread that waits."""
        alone = submissions[0] if len(submissions) == 1 else None
        is_possible = "answer" in self.runs and not self.batcher.loop.is_closed()
        if alone is None or alone.session_id is None or not is_possible or _on_a_loop():
            return [None] * len(submissions)
        job = Job("answer", alone, alone.session_id if self.is_alone_needed else None)
        work = asyncio.run_coroutine_threadsafe(self.batcher.submit(job), self.batcher.loop)
        while True:
            try:
                work.result(LOOK_UP)
                return [job.result]
            except TimeoutError:
                if self.batcher.loop.is_closed():
                    raise Unavailable from None  # What it had under way nobody will settle.


def _is_on_postgres(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the database is Postgres, and the loop one that watches descriptors."""
    unable = getattr(asyncio, "ProactorEventLoop", ())  # Windows' own.
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql" and not isinstance(loop, unable)


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


_current: Server | None = None


def current() -> Server:
    """That of the running loop, begun with its first request. Answers from its threads and sockets
    go by it from then on.
    """
    global _current
    if _current is None or _current.batcher.loop is not asyncio.get_running_loop():
        _current = Server()
        register_submitter(_current.submit)
    return _current


async def close() -> None:
    """Close the connections. A server has no need of it: they end with the process."""
    global _current
    if _current is not None:
        register_submitter(None)
        await _current.batcher.close()
        _current = None


def is_open() -> bool:
    """Whether requests may pass by Django: it is wanted, and no middleware is missed by it."""
    return app_settings.FAST_PATH and not missed_middleware() and _can_charge()


@cache
def _can_charge() -> bool:
    return LimitClient.is_possible()
