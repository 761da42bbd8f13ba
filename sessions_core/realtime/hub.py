"""The hub: in each process, events in once, encoded once, out to its own sockets.

Events of this process come by ``mailbox`` straight after their commit; those of others by the
channel layer. Both are hints: what is missing is read from the database (``upkeep`` also asks it
now and then), so a lost hint costs time and nothing else.
"""

import asyncio
import logging
from functools import partial

from django import db

from ..lifecycle.events import SessionEvent
from ..models import Session
from . import layer, snapshot
from .definitions import RESYNC, Close
from .mailbox import Mailbox
from .periodic import Periodic
from .threads import in_thread
from .upkeep import Upkeep
from .viewer import Viewer
from .watch import Watch
from .wire import Message, encode

logger = logging.getLogger(__name__)

# Seconds in which a missing event usually arrives by itself, out of order.
PATIENCE = 0.05
# Seconds after which a lost subscription to the layer is tried again.
LISTEN_AGAIN = 2.0
# Messages caught up in one go, before the sockets may write.
STRIDE = 32


class Hub:
    """All of it runs on ``loop``; only ``mailbox.put`` may be called from elsewhere."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.watches: dict[int, Watch] = {}
        self.mailbox: Mailbox[list[SessionEvent]] = Mailbox(loop, self._take)
        self._outbox: layer.Outbox | None = None
        carrier = layer.between_processes()
        if carrier is not None:
            self._outbox = layer.Outbox(loop, carrier)
            listen = partial(layer.listen, carrier, self._hear)
            self._listening = Periodic(loop, LISTEN_AGAIN, listen, "Listening to the channel layer")
        self._upkeep = Upkeep(self)

    def join(self, session_id: int, viewer: Viewer) -> Watch:
        """From now on the viewer misses nothing; it must ``leave``."""
        watch = self.watches.get(session_id)
        if watch is None:
            watch = self.watches[session_id] = Watch(session_id)
        watch.viewers.add(viewer)
        return watch

    def leave(self, watch: Watch, viewer: Viewer) -> None:
        watch.viewers.discard(viewer)
        viewer.closing = True
        if not watch.viewers and self.watches.get(watch.session_id) is watch:
            del self.watches[watch.session_id]

    async def open(self, watch: Watch, viewer: Viewer, after: int | None) -> None:
        """Read the present state, send it, go live. Raises ``Session.DoesNotExist``."""
        opening = await in_thread(snapshot.opening, watch.session_id, after)
        if watch.sequence.last is None:
            watch.sequence.start(opening.seq)
        self.learn(watch, opening.seq, opening.clock)
        await viewer.open(opening.messages, opening.seq)
        if opening.ended:
            viewer.close(Close.ENDED)

    def learn(self, watch: Watch, seq: int, clock: snapshot.Clock) -> None:
        """The database says that the session stands at ``seq``."""
        sequence = watch.sequence
        if sequence.last is None or seq < sequence.last:
            return  # read before the newest event
        watch.clock, watch.clock_is_old = clock, False
        sequence.heard = max(sequence.heard, seq)
        self._catch_up_if_behind(watch)

    def _take(self, events: list[SessionEvent]) -> None:
        for event in events:
            message = encode(event) if event.session_id in self.watches else None
            if message is not None:
                self._hear(event.session_id, message)
            if self._outbox is not None:
                self._outbox.tell(event, message)

    def _hear(self, session_id: int, message: Message) -> None:
        watch = self.watches.get(session_id)
        if watch is not None:
            watch.offer(message)
            self._catch_up_if_behind(watch)

    def _catch_up_if_behind(self, watch: Watch) -> None:
        behind = watch.sequence.behind or watch.clock_is_old
        if behind and watch.catching_up is None:
            watch.catching_up = self.loop.create_task(self._catch_up(watch))

    async def _catch_up(self, watch: Watch) -> None:
        try:
            await asyncio.sleep(PATIENCE)
            if watch.viewers and (watch.sequence.behind or watch.clock_is_old):
                await self._read_missed(watch)
        except Session.DoesNotExist:
            watch.close(Close.NOT_FOUND)
        except db.Error as error:
            # The regular look at the database tries again.
            logger.warning("Events of session %s not read: %s", watch.session_id, error)
        finally:
            watch.catching_up = None

    async def _read_missed(self, watch: Watch) -> None:
        messages, clock = await in_thread(
            snapshot.catch_up, watch.session_id, watch.sequence.last or 0
        )
        watch.clock, watch.clock_is_old = clock, False
        for count, message in enumerate(messages, start=1):
            if message.type == RESYNC:
                watch.start_over(message)
            else:
                watch.offer(message)
            if count % STRIDE == 0:
                await asyncio.sleep(0)


_hub: Hub | None = None


def running() -> Hub | None:
    """This process's hub, if it serves sockets."""
    if _hub is None or _hub.loop.is_closed():
        return None
    return _hub


def current() -> Hub:
    """The hub of the running loop, begun with its first socket."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
    return _hub
