"""What a process does for its sockets by the clock: ticks, looks at the database, sign-ins."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from ..app_settings import app_settings
from ..clock import now
from . import signin
from .definitions import Close
from .periodic import Periodic
from .socket_writer import SocketWriter
from .subscription import Subscription
from .threads import in_thread

# Seconds between two looks at what is watched in the database. It is the answer to a lost channel
# layer, and to processes without one: events are seen after this at the latest.
LOOK_EVERY = 3.0
# Seconds between two checks of every socket's sign-in, well below the 30 s in which a revocation
# must work.
CHECK_EVERY = 10.0
# Seconds between two looks at time limits and at peers that do not read.
TICK = 1.0


class Housekeeping:
    """One timer of each kind for a process, however many its sockets.

    ``read_if_behind`` is called with each of ``subscriptions`` that a look has brought up to date.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        subscriptions: Mapping[Any, Subscription[Any]],
        read_if_behind: Callable[[Subscription[Any]], None],
    ) -> None:
        self._loop = loop
        self._subscriptions = subscriptions
        self._read_if_behind = read_if_behind
        self._time_update_at = loop.time()
        tick = min(TICK, app_settings.TIME_UPDATE_SECONDS)
        self._timers = [
            Periodic(loop, tick, self._tick, "The clock of the sockets"),
            Periodic(loop, LOOK_EVERY, self.look, "Looking at what is watched"),
            Periodic(loop, CHECK_EVERY, self._check_sign_ins, "Checking the sockets' sign-ins"),
        ]

    async def _tick(self) -> None:
        moment, loop_time = now(), self._loop.time()
        due = loop_time - self._time_update_at >= app_settings.TIME_UPDATE_SECONDS * 0.99
        if due:
            self._time_update_at = loop_time
        for subscription in tuple(self._subscriptions.values()):
            for writer in tuple(subscription.writers):
                writer.check_stall(loop_time)
            subscription.tick(moment, due)

    async def look(self) -> None:
        """One query for each kind of thing that is watched."""
        watched: dict[type[Subscription[Any]], dict[int | str, Subscription[Any]]]
        watched = defaultdict(dict)
        for subscription in self._subscriptions.values():
            watched[type(subscription)][subscription.id] = subscription
        for kind, subscriptions in watched.items():
            found = await in_thread(kind.states, list(subscriptions))
            for id, subscription in subscriptions.items():
                subscription.compare(found.get(id))
                self._read_if_behind(subscription)

    async def _check_sign_ins(self) -> None:
        writers: dict[signin.Principal, list[SocketWriter]] = defaultdict(list)
        for subscription in self._subscriptions.values():
            for writer in subscription.writers:
                writers[writer.principal].append(writer)
        if writers:
            for principal in await in_thread(signin.lapsed, list(writers)):
                for writer in writers[principal]:
                    writer.close(Close.NOT_SIGNED_IN)
