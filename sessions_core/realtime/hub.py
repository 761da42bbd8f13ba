"""The hub: in each process, events in once, encoded once, out to its own sockets.

Events of this process come by ``queue`` straight after their commit. Of those of other processes
the channel layer brings a hint, and they are read from the database, for all that is watched at
once. Housekeeping also looks there now and then, so a lost hint costs time and nothing else.
"""

import asyncio
import logging
from functools import partial
from typing import Any, TypeVar

from django import db

from . import layer
from .housekeeping import Housekeeping
from .periodic import Periodic
from .queue import LoopQueue
from .socket_writer import SocketWriter
from .subscription import Subscription
from .threads import in_thread
from .wire import Hint

S = TypeVar("S", bound=Subscription[Any])
Kind = type[Subscription[Any]]

logger = logging.getLogger(__name__)

# Seconds in which a missing event of this process usually arrives by itself, out of order.
REORDERING = 0.05
# Seconds after which a lost subscription to the layer is tried again.
LISTEN_AGAIN = 2.0


class Hub:
    """All of it runs on ``loop``; only ``queue.put`` may be called from elsewhere."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.subscriptions: dict[tuple[str, int | str], Subscription[Any]] = {}
        self.queue: LoopQueue[list[Hint]] = LoopQueue(loop, self._handle_own)
        self._behind: dict[Kind, set[Subscription[Any]]] = {}
        self._delayed: set[Subscription[Any]] = set()
        self._readers: dict[Kind, asyncio.Task[None]] = {}
        self._outbox: layer.Outbox | None = None
        carrier = layer.between_processes()
        if carrier is not None:
            self._outbox = layer.Outbox(loop, carrier)
            listen = partial(layer.listen, carrier, self._handle)
            self._listening = Periodic(loop, LISTEN_AGAIN, listen, "Listening to the channel layer")
        self.housekeeping = Housekeeping(loop, self.subscriptions, self.read_if_behind)

    def join(self, kind: type[S], id: int | str, writer: SocketWriter) -> S:
        """From now on the writer misses nothing; it must ``leave``."""
        subscription: Any = self.subscriptions.get((kind.kind, id))
        if subscription is None:
            subscription = self.subscriptions[kind.kind, id] = kind(id)
        subscription.writers.add(writer)
        return subscription

    def leave(self, subscription: Subscription[Any], writer: SocketWriter) -> None:
        subscription.writers.discard(writer)
        writer.closing = True
        name = subscription.kind, subscription.id
        if not subscription.writers and self.subscriptions.get(name) is subscription:
            del self.subscriptions[name]

    def _handle_own(self, hints: list[Hint]) -> None:
        self._handle(hints)
        if self._outbox is not None:
            self._outbox.put(hints)

    def _handle(self, hints: list[Hint]) -> None:
        for hint in hints:
            subscription = self.subscriptions.get((hint.kind, hint.id))
            if subscription is None:
                continue
            subscription.handle(hint)
            if hint.event is None:
                self.read_if_behind(subscription)
            elif subscription.is_behind and subscription not in self._delayed:
                self._delayed.add(subscription)
                self.loop.call_later(REORDERING, self._read_delayed, subscription)

    def _read_delayed(self, subscription: Subscription[Any]) -> None:
        self._delayed.discard(subscription)
        self.read_if_behind(subscription)

    def read_if_behind(self, subscription: Subscription[Any]) -> None:
        """Read what it lacks, together with all others of its kind that lack something by then."""
        if not subscription.is_behind:
            return
        kind = type(subscription)
        self._behind.setdefault(kind, set()).add(subscription)
        if kind not in self._readers:
            self._readers[kind] = self.loop.create_task(self._read_all(kind))

    async def _read_all(self, kind: Kind) -> None:
        """Read until none is behind: what falls behind during one reading shares the next."""
        try:
            while behind := self._behind.pop(kind, None):
                await self._read(kind, [each for each in behind if each.writers])
        except db.Error as error:
            # The next look at the database brings them here again.
            logger.warning("Events of %s not read: %s", kind.kind, error)
        finally:
            del self._readers[kind]

    async def _read(self, kind: Kind, behind: list[Subscription[Any]]) -> None:
        positions = {each.id: each.position() for each in behind if each.is_behind}
        if not positions:
            return
        try:
            found = await in_thread(kind.read, positions)
        except db.Error:
            raise
        except Exception:
            if len(behind) == 1:
                logger.exception("Events of %s %s not read", kind.kind, behind[0].id)
                return
            for each in behind:  # One that cannot be read does not keep the others from it.
                await self._read(kind, [each])
            return
        for each in behind:
            if each.id in positions:
                await each.deliver(found.get(each.id))


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
