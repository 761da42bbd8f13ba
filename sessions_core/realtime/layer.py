"""The channel layer, as a carrier of hints between processes.

One group for everything that can be watched: a process subscribes once, for good, whatever its
sockets watch, so that a socket's arrival costs the layer nothing and cannot fail by it. A hint may
be lost; events are numbered, and the database has them.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.layers import BaseChannelLayer, InMemoryChannelLayer, get_channel_layer

from ..app_settings import app_settings
from .queue import LoopQueue
from .wire import Hint

logger = logging.getLogger(__name__)

# Marks this process's own hints, which come back to it through the group.
ORIGIN = uuid.uuid4().hex
# Seconds that a hint waits for others to share its message. The answer that made it goes out first,
# too. Under load it waits longer, since a message to the layer costs as much as answering several
# learners; but not where a full one is there already.
LINGER = 0.005
LONG_LINGER = 0.05
# Hints in the message before, from which on there is load.
LOAD = 4
# Seconds for one send; a layer that takes longer is treated as lost.
SEND_TIMEOUT = 2.0
# Seconds without an attempt after a failed send. What waits longer than the room for it is dropped.
RETRY_AFTER = 1.0
# Seconds that a process on its way out gives the last hints.
FLUSH_TIMEOUT = 1.0
# Hints in one message to the layer, and hints waiting for it.
BATCH = 256
WAITING = 4096


def between_processes() -> BaseChannelLayer | None:
    """The configured layer, if it reaches other processes."""
    layer = get_channel_layer()
    return None if isinstance(layer, InMemoryChannelLayer) else layer


def group() -> str:
    """The group of this deployment: another one on the same Redis has another prefix."""
    return f"{app_settings.LIVE_PREFIX}.hints"


class Outbox:
    """Sends hints through the layer on ``loop``, many in one message. ``put`` and ``flush`` may be
    called in every thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, layer: BaseChannelLayer) -> None:
        self.loop = loop
        self._layer = layer
        self.put = LoopQueue[list[Hint]](loop, self._add).put
        self._hints: deque[tuple[str, int | str, int]] = deque(maxlen=WAITING)
        self._sending: asyncio.Task[None] | None = None
        self._reachable = True

    def flush(self) -> None:
        """Wait, in another thread than the loop's, until all is sent or the time is up."""
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self.sent(), self.loop).result(FLUSH_TIMEOUT)

    async def sent(self) -> None:
        """Returns when nothing waits to be sent."""
        await asyncio.sleep(0)  # for what is still in the queue
        if self._sending is not None:
            await asyncio.shield(self._sending)

    def _add(self, hints: list[Hint]) -> None:
        # The events that may be with them stay in this process.
        self._hints.extend((hint.kind, hint.id, hint.number) for hint in hints)
        if self._sending is None:
            self._sending = self.loop.create_task(self._send_all())

    async def _send_all(self) -> None:
        count = 0
        while self._hints:
            if len(self._hints) < BATCH:
                await asyncio.sleep(LINGER if count < LOAD else LONG_LINGER)
            count = min(BATCH, len(self._hints))
            batch = [self._hints.popleft() for _ in range(count)]
            if not await self._send(batch):
                await asyncio.sleep(RETRY_AFTER)
                self._hints.extendleft(reversed(batch))
        self._sending = None

    async def _send(self, batch: list[tuple[str, int | str, int]]) -> bool:
        message = {"type": "live.hints", "origin": ORIGIN, "hints": batch}
        sending = self.loop.create_task(_group_send(self._layer, message))
        # Waited for from outside, because a layer may fail in any way of its own.
        await asyncio.wait({sending}, timeout=SEND_TIMEOUT)
        late = f"no answer within {SEND_TIMEOUT:g} s"
        failure = sending.exception() if sending.done() else late
        sending.cancel()
        if self._reachable and failure:
            logger.warning("Channel layer lost, events go by the database: %s", failure)
        elif not self._reachable and not failure:
            logger.info("Channel layer is back")
        self._reachable = not failure
        return self._reachable


async def _group_send(layer: BaseChannelLayer, message: dict[str, Any]) -> None:
    await layer.group_send(group(), message)


def _was_cancelled() -> bool:
    """Whether the running task was cancelled, even where that went unnoticed.

    On Python 3.11, ``asyncio.wait_for``, by which the layer's client sends, loses a cancellation
    that comes just as it is done. A process that stops while it subscribes would wait for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def listen(layer: BaseChannelLayer, handle: Callable[[list[Hint]], None]) -> None:
    """Subscribe, and pass on the hints of other processes. Ends only by the layer's failure."""
    channel = await layer.new_channel()
    await layer.group_add(group(), channel)
    while not _was_cancelled():
        message = await layer.receive(channel)
        if message["origin"] != ORIGIN:
            handle([Hint(*each) for each in message["hints"]])
