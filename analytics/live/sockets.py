"""``/ws/therapist-sessions/{id}?after=ID`` and ``/ws/therapists/{id}``: what is recorded, as it is.

Sign-in, limits on frames and the bounded sending are those of the learning sessions' sockets.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django import db

from sessions_core.errors import RateLimited, SessionError, Unavailable
from sessions_core.realtime import signin
from sessions_core.realtime.consumer import Receive, Scope, Send, after_id, close, listen
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.threads import in_thread
from sessions_core.realtime.viewer import Viewer
from sessions_core.rest.address import socket_address

from ..app_settings import app_settings
from ..errors import NotAllowed
from .definitions import NOT_ALLOWED
from .doors import Door, admit, session_door, still_open, therapist_door
from .news import Course, news
from .wakeups import Wakeup

logger = logging.getLogger(__name__)

# Seconds after which a socket looks by itself: what another process recorded is seen by then.
LOOK_EVERY = 3.0


def _socket(door: Door) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def socket(scope: Scope, receive: Receive, send: Send) -> None:
        code = await _serve(door, scope, receive, send)
        if code is not None:
            await close(receive, send, code)

    return socket


session_socket = _socket(session_door)
therapist_socket = _socket(therapist_door)


async def _serve(door: Door, scope: Scope, receive: Receive, send: Send) -> int | None:
    """Returns the code to close with, None where the socket has been closed."""
    await receive()  # websocket.connect
    given = signin.credentials(scope)
    await send({"type": "websocket.accept", "subprotocol": given.subprotocol if given else None})
    id_text, address = scope["url_route"]["kwargs"]["id"], socket_address(scope)
    try:
        principal, course, key = await in_thread(admit, door, given, id_text, address)
    except signin.NotSignedIn:
        return Close.NOT_SIGNED_IN
    except NotAllowed:
        return NOT_ALLOWED
    except RateLimited:
        return Close.FLOOD
    except (Unavailable, db.Error) as error:
        logger.warning("Socket refused, no database: %s", error)
        return Close.UNAVAILABLE
    except SessionError:
        return Close.NOT_FOUND
    viewer = Viewer(send, principal, asyncio.get_running_loop())
    with Wakeup(key) as wakeup:
        after = after_id(scope) if door is session_door else None
        telling = asyncio.create_task(_tell(viewer, course, wakeup, after))
        checking = asyncio.create_task(_check(door, viewer, course, id_text, address))
        try:
            await listen(viewer, receive)
        finally:
            viewer.closing = True
            telling.cancel()
            checking.cancel()
    return None


async def _tell(viewer: Viewer, course: Course, wakeup: Wakeup, after: int | None) -> None:
    """Send the state, then what is recorded, in its order, until the socket closes."""
    opened = False
    while not viewer.closing:
        try:
            messages = await in_thread(news, course, after)
        except db.Error as error:
            logger.warning("Live events not read: %s", error)
            messages = []
        if opened:
            for each in messages:
                viewer.push(each)
        elif messages:
            await viewer.open(messages, -1)
            opened, after = True, None
        viewer.check_stall(viewer.loop.time())
        await wakeup.wait(LOOK_EVERY)


async def _check(door: Door, viewer: Viewer, course: Course, id_text: str, address: str) -> None:
    """Close within seconds of a sign-in or a right that is gone."""
    while not viewer.closing:
        await asyncio.sleep(app_settings.SOCKET_RECHECK_SECONDS)
        try:
            code = await in_thread(still_open, door, viewer.principal, course, id_text, address)
        except (Unavailable, db.Error):
            continue
        if code is not None:
            viewer.close(code)
