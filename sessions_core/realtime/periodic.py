"""Work that must go on: started again and again, whatever becomes of one run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)


class Periodic:
    """Runs ``job`` every ``seconds`` on ``loop``, never twice at once.

    A failure is logged when it differs from the one before, and the next run comes all the same;
    so a job that normally never returns is restarted after it fails.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        job: Callable[[], Awaitable[None]],
        name: str,
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._job = job
        self._name = name
        self._running: asyncio.Future[None] | None = None
        self._last_failure = ""
        self._begin()

    def _begin(self) -> None:
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._job(), loop=self._loop)
            self._running.add_done_callback(self._ended)
        self._loop.call_later(self._seconds, self._begin)

    def _ended(self, run: asyncio.Future[None]) -> None:
        failure = None if run.cancelled() else run.exception()
        if failure is not None and repr(failure) != self._last_failure:
            logger.warning("%s failed, tried again", self._name, exc_info=failure)
        self._last_failure = repr(failure) if failure else ""
