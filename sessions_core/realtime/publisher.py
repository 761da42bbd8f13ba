"""From the commit to the sockets: passes hints on, and never slows or fails the commit."""

import asyncio
import atexit
import os
import threading
from typing import Any

from channels.layers import BaseChannelLayer

from ..lifecycle.events import SessionEvent
from . import hub, layer
from .session_subscription import SessionSubscription
from .wire import Hint


def on_session_events(sender: Any, events: list[SessionEvent], **kwargs: Any) -> None:
    """Receiver of ``signals.session_events_at_once``; runs wherever the commit came about."""
    kind = SessionSubscription.kind
    publish([Hint(kind, event.session_id, event.seq, event) for event in events])


def publish(hints: list[Hint]) -> None:
    """Pass on what has been committed, from any thread or loop."""
    here = hub.running()
    if here is not None:
        here.queue.put(hints)
        return
    carrier = layer.between_processes()
    if carrier is not None:
        _outbox(carrier).put(hints)


# Of a process that serves no socket: a worker, a command, a server that nobody watches.
_lock = threading.Lock()
_on_loop: layer.Outbox | None = None
_in_background: layer.Outbox | None = None


def _outbox(carrier: BaseChannelLayer) -> layer.Outbox:
    """Of the running loop, where the caller is on one; else of a thread begun for the purpose."""
    global _on_loop, _in_background
    with _lock:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            if _in_background is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, name="hints", daemon=True).start()
                _in_background = layer.Outbox(loop, carrier)
                atexit.register(_in_background.flush)
            return _in_background
        if _on_loop is None or _on_loop.loop is not loop:
            _on_loop = layer.Outbox(loop, carrier)
        return _on_loop


def _forget() -> None:
    """A forked child has the objects but not their threads."""
    global _on_loop, _in_background, _lock
    _on_loop, _in_background, _lock = None, None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
