"""From the commit to the sockets: hands events on, and never slows or fails the commit."""

from typing import Any

from ..lifecycle.events import SessionEvent
from . import courier, hub, layer


def on_session_events(sender: Any, events: list[SessionEvent], **kwargs: Any) -> None:
    """Receiver of ``signals.session_events_at_once``; runs wherever the commit came about."""
    here = hub.running()
    if here is not None:
        here.mailbox.put(events)
        return
    carrier = layer.between_processes()
    if carrier is not None:
        courier.running(carrier).put(events)
