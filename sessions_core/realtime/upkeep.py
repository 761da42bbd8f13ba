"""What the hub does by itself: the clock, the look at the database, the look at sign-ins."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django import db

from ..access import may_read
from ..app_settings import app_settings
from ..clock import now
from ..errors import Unavailable
from ..lifecycle import finish
from . import signin, snapshot
from .definitions import Close
from .periodic import Periodic
from .threads import in_thread

if TYPE_CHECKING:
    from .hub import Hub
    from .viewer import Viewer
    from .watch import Watch

logger = logging.getLogger(__name__)

# Seconds between two looks at the watched sessions in the database. It is the answer to a lost
# channel layer, and to processes without one: events are seen after this at the latest.
LOOK_EVERY = 5.0
# Seconds between two checks of every socket's sign-in, well below the 30 s in which a revocation
# must work.
CHECK_EVERY = 10.0
# Seconds between two looks at time limits and at peers that do not read.
TICK = 1.0


class Upkeep:
    """One timer of each kind for a process, however many its sockets."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._told_at = hub.loop.time()
        loop, tick = hub.loop, min(TICK, app_settings.TIME_UPDATE_SECONDS)
        self._timers = [
            Periodic(loop, tick, self._tick, "The clock of the sockets"),
            Periodic(loop, LOOK_EVERY, self._look, "Looking at the watched sessions"),
            Periodic(loop, CHECK_EVERY, self._check_sign_ins, "Checking the sockets' sign-ins"),
        ]

    async def _tick(self) -> None:
        moment, loop_time = now(), self._hub.loop.time()
        tell = loop_time - self._told_at >= app_settings.TIME_UPDATE_SECONDS * 0.99
        if tell:
            self._told_at = loop_time
        for watch in tuple(self._hub.watches.values()):
            for viewer in tuple(watch.viewers):
                viewer.check_stall(loop_time)
            if watch.clock is None or not watch.clock.ticks:
                continue
            if watch.clock.ran_out(moment):
                self._expire(watch)
            elif tell and (reading := watch.clock.reading(moment)) is not None:
                watch.spread(reading)

    def _expire(self, watch: Watch) -> None:
        if watch.expiring is None or watch.expiring.done():
            watch.expiring = self._hub.loop.create_task(_expire(watch.session_id))

    async def _look(self) -> None:
        watches = dict(self._hub.watches)
        if not watches:
            return
        found = await in_thread(snapshot.standings, watches)
        for session_id, watch in watches.items():
            if session_id not in found:
                watch.close(Close.NOT_FOUND)
                continue
            standing = found[session_id]
            for viewer in tuple(watch.viewers):
                # It may have gone from a visitor to an account, or back.
                if not may_read(viewer.principal.actor, standing.user_id, standing.guest):
                    viewer.close(Close.NOT_FOUND)
            self._hub.learn(watch, standing.seq, standing.clock)

    async def _check_sign_ins(self) -> None:
        viewers: dict[signin.Principal, list[Viewer]] = {}
        for watch in self._hub.watches.values():
            for viewer in watch.viewers:
                viewers.setdefault(viewer.principal, []).append(viewer)
        if viewers:
            for principal in await in_thread(signin.lapsed, list(viewers)):
                for viewer in viewers[principal]:
                    viewer.close(Close.NOT_SIGNED_IN)


async def _expire(session_id: int) -> None:
    """End a session whose time has run out; its sockets hear of it as of any other event."""
    try:
        await in_thread(finish.expire_due_one, session_id)
    except (Unavailable, db.Error) as error:
        logger.warning("Session %s not expired, tried again: %s", session_id, error)
