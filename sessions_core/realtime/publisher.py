"""From the commit to the sockets: hands events on, and never slows or fails the commit."""

import asyncio
import atexit
import contextlib
import os
import threading
from typing import Any

from channels.layers import BaseChannelLayer

from ..lifecycle.events import SessionEvent
from . import hub, layer
from .mailbox import Mailbox
from .wire import encode

# Seconds that a process on its way out gives the last hints.
FAREWELL = 1.0


def on_session_events(sender: Any, events: list[SessionEvent], **kwargs: Any) -> None:
    """Receiver of ``signals.session_events``; runs in whatever thread committed."""
    here = hub.running()
    if here is not None:
        here.mailbox.put(events)
        return
    carrier = layer.between_processes()
    if carrier is not None:
        _background(carrier).put(events)


class _Background:
    """A loop of its own for processes that serve no socket: workers, management commands."""

    def __init__(self, carrier: BaseChannelLayer) -> None:
        self._loop = asyncio.new_event_loop()
        self._outbox = layer.Outbox(self._loop, carrier)
        self._mailbox: Mailbox[list[SessionEvent]] = Mailbox(self._loop, self._tell)
        threading.Thread(target=self._loop.run_forever, name="events", daemon=True).start()
        atexit.register(self._say_goodbye)

    def put(self, events: list[SessionEvent]) -> None:
        self._mailbox.put(events)

    def _tell(self, events: list[SessionEvent]) -> None:
        for event in events:
            self._outbox.tell(event.session_id, encode(event))

    def _say_goodbye(self) -> None:
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._outbox.flushed(), self._loop).result(FAREWELL)


_lock = threading.Lock()
_started: _Background | None = None


def _background(carrier: BaseChannelLayer) -> _Background:
    global _started
    with _lock:
        if _started is None:
            _started = _Background(carrier)
        return _started


def _forget() -> None:
    """A forked child has the object but not its thread."""
    global _started, _lock
    _started, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
