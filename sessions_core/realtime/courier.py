"""How events leave a process that serves no socket: a worker, a command, an idle server."""

import asyncio
import atexit
import contextlib
import os
import threading

from channels.layers import BaseChannelLayer

from ..lifecycle.events import SessionEvent
from . import layer
from .mailbox import Mailbox

# Seconds that a process on its way out gives the last hints.
FAREWELL = 1.0


class Courier:
    """Hands hints from any thread to ``loop``, where they go out through the layer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, carrier: BaseChannelLayer) -> None:
        self.loop = loop
        self._outbox = layer.Outbox(loop, carrier)
        self._mailbox: Mailbox[list[SessionEvent]] = Mailbox(loop, self._tell)

    def put(self, events: list[SessionEvent]) -> None:
        self._mailbox.put(events)

    def say_goodbye(self) -> None:
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._outbox.flushed(), self.loop).result(FAREWELL)

    def _tell(self, events: list[SessionEvent]) -> None:
        for event in events:
            self._outbox.tell(event)


_lock = threading.Lock()
_courier: Courier | None = None


def leave_by(loop: asyncio.AbstractEventLoop) -> None:
    """Let events leave on the loop that this process runs anyway, rather than in a thread."""
    global _courier
    carrier = layer.between_processes()
    if carrier is not None:
        with _lock:
            _courier = Courier(loop, carrier)


def running(carrier: BaseChannelLayer) -> Courier:
    """This process's courier, begun with its first events."""
    global _courier
    with _lock:
        if _courier is None or _courier.loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="events", daemon=True).start()
            _courier = Courier(loop, carrier)
            atexit.register(_courier.say_goodbye)
        return _courier


def _forget() -> None:
    """A forked child has the object but not its thread."""
    global _courier, _lock
    _courier, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
