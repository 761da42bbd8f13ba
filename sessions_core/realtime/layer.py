"""The channel layer, as a carrier of hints between processes.

One group for all sessions: a process subscribes once, for good, whatever its sockets watch, so
that a socket's arrival costs the layer nothing and cannot fail by it. A hint may be lost; events
are numbered, and the database has them.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from channels.layers import BaseChannelLayer, InMemoryChannelLayer, get_channel_layer

from ..lifecycle.events import SessionEvent
from .wire import Message, encode, wrap

logger = logging.getLogger(__name__)

GROUP = "sessions.events"
# Tells this process's own hints from those of others.
ORIGIN = uuid.uuid4().hex
# Seconds that a hint waits for company. The answer that made it goes out first, too. Under load it
# waits longer, since a message to the layer costs as much as answering several learners; but not
# where a full one is there already.
LINGER = 0.005
LONG_LINGER = 0.05
CROWD = 4
# Seconds for one send; a layer that takes longer is treated as lost.
SEND_TIMEOUT = 2.0
# Seconds without an attempt after a failed send. What waits longer than the room for it is dropped.
PAUSE = 1.0
# Hints in one message to the layer, and hints waiting for it.
BATCH = 256
WAITING = 4096


def between_processes() -> BaseChannelLayer | None:
    """The configured layer, if it reaches other processes."""
    layer = get_channel_layer()
    return None if isinstance(layer, InMemoryChannelLayer) else layer


class Outbox:
    """Sends hints through the layer, many in one message. All of it runs on one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, layer: BaseChannelLayer) -> None:
        self._loop = loop
        self._layer = layer
        self._hints: deque[tuple[SessionEvent, Message | None]] = deque(maxlen=WAITING)
        self._sending: asyncio.Task[None] | None = None
        self._reachable = True

    def tell(self, event: SessionEvent, message: Message | None = None) -> None:
        """``message``: the event as it is encoded, where it is; else it is before it leaves."""
        self._hints.append((event, message))
        if self._sending is None:
            self._sending = self._loop.create_task(self._send_all())

    async def flushed(self) -> None:
        """Returns when nothing waits to be sent."""
        if self._sending is not None:
            await asyncio.shield(self._sending)

    async def _send_all(self) -> None:
        count = 0
        while self._hints:
            if len(self._hints) < BATCH:
                await asyncio.sleep(LINGER if count < CROWD else LONG_LINGER)
            count = min(BATCH, len(self._hints))
            batch = [self._hints.popleft() for _ in range(count)]
            if not await self._send(batch):
                await asyncio.sleep(PAUSE)
                self._hints.extendleft(reversed(batch))
        self._sending = None

    async def _send(self, batch: list[tuple[SessionEvent, Message | None]]) -> bool:
        events = [_hint(event, message or encode(event)) for event, message in batch]
        message = {"type": "session.events", "origin": ORIGIN, "events": events}
        sending = self._loop.create_task(_group_send(self._layer, message))
        # Waited for from outside, because a layer may fail in any way of its own.
        await asyncio.wait({sending}, timeout=SEND_TIMEOUT)
        failure: object = None
        if not sending.done():
            sending.cancel()
            failure = f"no answer within {SEND_TIMEOUT:g} s"
        else:
            failure = sending.exception()
        if self._reachable and failure:
            logger.warning("Channel layer lost, events go by the database: %s", failure)
        elif not self._reachable and not failure:
            logger.info("Channel layer is back")
        self._reachable = not failure
        return self._reachable


def _hint(event: SessionEvent, message: Message) -> tuple[int, int | None, str, str]:
    return event.session_id, message.seq, message.type, message.text


async def _group_send(layer: BaseChannelLayer, message: dict[str, Any]) -> None:
    await layer.group_send(GROUP, message)


def _was_cancelled() -> bool:
    """Also where it went unnoticed: on Python 3.11, ``asyncio.wait_for``, by which the layer's
    client sends, loses a cancellation that comes just as it is done. A process that stops while it
    subscribes would wait for this task for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def listen(layer: BaseChannelLayer, hear: Callable[[int, Message], None]) -> None:
    """Subscribe, and pass on what other processes tell. Ends only by the layer's failure."""
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    while not _was_cancelled():
        message = await layer.receive(channel)
        if message["origin"] != ORIGIN:
            for session_id, seq, type, text in message["events"]:
                hear(session_id, wrap(seq, type, text))
