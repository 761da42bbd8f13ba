"""A watched learning session: the order of its events, its clock, its end."""

import asyncio
import logging
from datetime import datetime

from django import db

from ..access import may_read
from ..errors import Unavailable
from ..lifecycle import end
from ..models import Session, Status
from . import clock, snapshot
from .definitions import RESYNC, SESSION_COMPLETE, SESSION_PAUSED, SESSION_RESUMED, Close
from .sequence import Sequence
from .socket_writer import SocketWriter
from .subscription import Subscription
from .threads import in_thread
from .wire import Hint, Message, encode

logger = logging.getLogger(__name__)

# Missed events delivered in one go, before the sockets may write.
DELIVERED_AT_ONCE = 32

_STOPS_CLOCK = {SESSION_PAUSED: Status.PAUSED, SESSION_COMPLETE: Status.COMPLETED}


class SessionSubscription(Subscription[SocketWriter]):
    """``session``: the row as it was read last, of which the clock needs the time ledger.
    ``is_resumed``: it went on after a pause since, and its ledger must be read again.
    """

    __slots__ = ("expiring", "is_resumed", "sequence", "session")

    kind = "session"
    states = staticmethod(snapshot.states)
    read = staticmethod(snapshot.read_missed)

    def __init__(self, id: int | str) -> None:
        super().__init__(id)
        self.sequence = Sequence()
        self.session: Session | None = None
        self.is_resumed = False
        self.expiring: asyncio.Task[None] | None = None

    @property
    def is_behind(self) -> bool:
        return self.sequence.behind or self.is_resumed

    def position(self) -> int:
        return self.sequence.last or 0

    def open(self, session: Session) -> None:
        """A socket has read the present state, perhaps the first to do so."""
        if self.sequence.last is None:
            self.sequence.start(session.last_seq)
        self._update(session)

    def handle(self, hint: Hint) -> None:
        if hint.event is not None:
            self._offer(encode(hint.event))
        else:
            self.sequence.heard = max(self.sequence.heard, hint.number)

    def compare(self, state: Session | None) -> None:
        if state is None:
            self.close(Close.NOT_FOUND)
            return
        for writer in tuple(self.writers):
            # The session may have gone from a visitor to an account, or back.
            if not may_read(writer.principal.actor, state.user_id, state.guest):
                writer.close(Close.NOT_FOUND)
        self._update(state)

    def _update(self, session: Session) -> None:
        if self.sequence.last is None or session.last_seq < self.sequence.last:
            return  # It was read before the newest event.
        self.session, self.is_resumed = session, False
        self.sequence.heard = max(self.sequence.heard, session.last_seq)

    async def deliver(self, missed: snapshot.Update | None) -> None:
        if missed is None:
            self.close(Close.NOT_FOUND)
            return
        self.session, self.is_resumed = missed.session, False
        for count, message in enumerate(missed.messages, start=1):
            if message.type == RESYNC:
                self._start_over(message)
            else:
                self._offer(message)
            if count % DELIVERED_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _offer(self, message: Message) -> None:
        """An event from wherever; those now in order go to every socket."""
        for ready in self.sequence.offer(message):
            self._broadcast(ready)

    def _broadcast(self, message: Message) -> None:
        for writer in tuple(self.writers):
            writer.deliver(message)
        if message.type in _STOPS_CLOCK and self.session is not None:
            self.session.status = _STOPS_CLOCK[message.type]
        elif message.type == SESSION_RESUMED:
            self.is_resumed = True

    def _start_over(self, resync: Message) -> None:
        for writer in tuple(self.writers):
            writer.deliver(resync)
        for ready in self.sequence.start(resync.seq or 0):
            self._broadcast(ready)

    def tick(self, now: datetime, is_time_update_due: bool) -> None:
        if self.session is None or not clock.runs(self.session):
            return
        if clock.ran_out(self.session, now):
            if self.expiring is None or self.expiring.done():
                self.expiring = asyncio.create_task(_expire(int(self.id)))
        elif is_time_update_due and (reading := clock.time_update(self.session, now)) is not None:
            self._broadcast(reading)


async def _expire(session_id: int) -> None:
    """End a session whose time has run out; its sockets learn of it as of any other event."""
    try:
        await in_thread(end.expire_due_one, session_id)
    except (Unavailable, db.Error) as error:
        logger.warning("Session %s not expired, tried again: %s", session_id, error)
