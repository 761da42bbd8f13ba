"""One watched session in one process: its sockets, the order of its events, its clock."""

import asyncio
from dataclasses import replace

from ..models import Status
from .clock import Clock
from .definitions import SESSION_COMPLETE, SESSION_PAUSED, SESSION_RESUMED
from .sequence import Sequence
from .viewer import Viewer
from .wire import Message

_STOPS_CLOCK = {SESSION_PAUSED: Status.PAUSED, SESSION_COMPLETE: Status.COMPLETED}


class Watch:
    """``clock_is_old``: the session went on after a pause, and its ledger must be read again."""

    __slots__ = (
        "catching_up",
        "clock",
        "clock_is_old",
        "expiring",
        "sequence",
        "session_id",
        "viewers",
    )

    def __init__(self, session_id: int) -> None:
        self.session_id = session_id
        self.viewers: set[Viewer] = set()
        self.sequence = Sequence()
        self.clock: Clock | None = None
        self.clock_is_old = False
        self.catching_up: asyncio.Task[None] | None = None
        self.expiring: asyncio.Task[None] | None = None

    def offer(self, message: Message) -> None:
        """An event from wherever; those now in order go to every socket."""
        for ready in self.sequence.offer(message):
            self.spread(ready)

    def spread(self, message: Message) -> None:
        for viewer in tuple(self.viewers):
            viewer.take(message)
        if message.type in _STOPS_CLOCK and self.clock is not None:
            self.clock = replace(self.clock, status=_STOPS_CLOCK[message.type])
        elif message.type == SESSION_RESUMED:
            self.clock_is_old = True

    def start_over(self, message: Message) -> None:
        """A ``resync``: everybody begins again at its id."""
        for viewer in tuple(self.viewers):
            viewer.take(message)
        for ready in self.sequence.start(message.seq or 0):
            self.spread(ready)

    def close(self, code: int) -> None:
        for viewer in tuple(self.viewers):
            viewer.close(code)
