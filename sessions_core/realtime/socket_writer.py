"""The outgoing side of one socket: bounded, in order, and never waited for by anybody else."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..eager import Rest, begin
from .definitions import Close
from .signin import Principal
from .wire import Message

# What may wait for a peer that is not reading, beyond the server's own small write buffer.
QUEUE_MESSAGES = 1024
QUEUE_BYTES = 256 * 1024
# A single message waiting this long, in seconds, makes the peer too slow.
STALLED_AFTER = 5.0
# Seconds left to a slow peer to take the close frame, before its connection is cut.
CLOSE_TIMEOUT = 3.0


@dataclass(slots=True, eq=False)
class SocketWriter:
    """Writes to one socket. All of it runs on the hub's loop.

    ``seq`` is the id of the newest event sent; ``backlog`` holds the events that arrive while the
    present state is still being read (None once it has been sent).
    """

    _asgi_send: Any
    principal: Principal
    loop: asyncio.AbstractEventLoop
    backlog: list[Message] | None = field(default_factory=list, init=False)
    seq: int = field(default=-1, init=False)
    closing: bool = field(default=False, init=False)
    stalled_at: float | None = field(default=None, init=False)
    _queue: deque[tuple[dict[str, Any], int]] = field(default_factory=deque, init=False)
    _bytes: int = field(default=0, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    async def open(self, messages: list[Message], seq: int) -> None:
        """Send the state up to the event ``seq``, then the backlog; then events go out as they
        come.
        """
        try:
            async with asyncio.timeout(STALLED_AFTER):
                await self._send_all(messages)
                self.seq = max(self.seq, seq)
                while self.backlog:
                    arrived, self.backlog = self.backlog, []
                    await self._send_all(arrived)
        except TimeoutError:
            self.cut()
        except OSError:
            self.closing = True
        self.backlog = None

    async def _send_all(self, messages: list[Message]) -> None:
        for each in messages:
            if self.closing:
                return
            if each.seq is None or each.seq > self.seq:
                await self._asgi_send(each.asgi)
                if each.final:
                    self.close(Close.ENDED)

    def deliver(self, message: Message) -> None:
        """Send what the subscription has next, unless this socket has had it."""
        if self.backlog is not None:
            self.backlog.append(message)
            if len(self.backlog) > QUEUE_MESSAGES:
                self.cut()
        elif message.seq is None or message.seq > self.seq:
            self.send(message)
            self.seq = message.seq or self.seq
            if message.final:
                self.close(Close.ENDED)

    def send(self, message: Message) -> None:
        """Send, or queue behind what is still waiting; a full queue ends the socket."""
        if self.closing:
            return
        if self._task is None:
            self._start(message.asgi)
        elif len(self._queue) >= QUEUE_MESSAGES or self._bytes > QUEUE_BYTES:
            self.cut()
        else:
            self._queue.append((message.asgi, len(message.text)))
            self._bytes += len(message.text)

    def close(self, code: int) -> None:
        """Close with ``code`` after what is queued."""
        if self.closing:
            return
        self.closing = True
        event = {"type": "websocket.close", "code": code}
        if self._task is None:
            self._start(event)
        else:
            self._queue.append((event, 0))
            self.loop.call_later(CLOSE_TIMEOUT, self.abort)

    def cut(self) -> None:
        """Close because the peer is too slow, and drop what it has not read."""
        self._queue.clear()
        self.close(Close.TOO_SLOW)

    def check_stall(self, now: float) -> None:
        if self.stalled_at is not None and now - self.stalled_at > STALLED_AFTER:
            self.cut()

    def abort(self) -> None:
        """Cut the connection of a peer that does not even read the close frame.

        ASGI has no message for it, and uvicorn's own close waits until the peer has read
        everything, so a peer that never reads would be kept for good. Other servers end it by
        their ping.
        """
        if self._task is None:
            return
        self._task.cancel()
        transport = getattr(getattr(self._asgi_send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()

    def _start(self, event: dict[str, Any]) -> None:
        try:
            rest = begin(self._asgi_send(event))
        except OSError:  # how ASGI servers say that the peer has gone
            self.closing = True
            return
        if isinstance(rest, Rest):
            self.stalled_at = self.loop.time()
            self._task = self.loop.create_task(self._drain(rest))

    async def _drain(self, rest: Rest[None]) -> None:
        try:
            await rest
            while self._queue:
                self.stalled_at = self.loop.time()
                event, size = self._queue.popleft()
                self._bytes -= size
                await self._asgi_send(event)
        except OSError:
            self.closing = True
        finally:
            self.stalled_at = None
            self._task = None
