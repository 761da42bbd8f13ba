"""``/ws/therapist-sessions/{id}?after=ID`` and ``/ws/therapists/{id}``: what is recorded, as it is.

Sign-in, limits on frames, the hub and the bounded sending are those of the learning sessions'
sockets.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django import db

from sessions_core.errors import RateLimited, SessionError, Unavailable
from sessions_core.realtime import hub, signin
from sessions_core.realtime.consumer import Receive, Scope, Send, after_id, close, listen
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.threads import in_thread
from sessions_core.rest.address import socket_address

from ..app_settings import app_settings
from ..errors import NotAllowed
from .admission import Lookup, admit, find_session, find_therapist, still_open
from .definitions import NOT_ALLOWED
from .feed import Feed, FeedWriter

logger = logging.getLogger(__name__)


def _socket(find: Lookup) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def socket(scope: Scope, receive: Receive, send: Send) -> None:
        code = await _serve(find, scope, receive, send)
        if code is not None:
            await close(receive, send, code)

    return socket


session_socket = _socket(find_session)
therapist_socket = _socket(find_therapist)


async def _serve(find: Lookup, scope: Scope, receive: Receive, send: Send) -> int | None:
    """Returns the code to close with; None where the socket is closed already."""
    await receive()  # websocket.connect
    given = signin.credentials(scope)
    await send({"type": "websocket.accept", "subprotocol": given.subprotocol if given else None})
    id_text, address = scope["url_route"]["kwargs"]["id"], socket_address(scope)
    try:
        principal, cursor, watched = await in_thread(admit, find, given, id_text, address)
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
    cursor.after = after_id(scope) if find is find_session else None
    here = hub.current()
    writer = FeedWriter(send, principal, here.loop, cursor)
    feed = here.join(*watched, writer)
    here.read_if_behind(feed)
    opening = asyncio.create_task(_open(writer))
    checking = asyncio.create_task(_check(find, here, feed, writer, id_text, address))
    try:
        await listen(writer, receive)
    finally:
        here.leave(feed, writer)
        opening.cancel()
        checking.cancel()
    return None


async def _open(writer: FeedWriter) -> None:
    await writer.open(await writer.opening, -1)


async def _check(
    find: Lookup, here: hub.Hub, feed: Feed, writer: FeedWriter, id_text: str, address: str
) -> None:
    """Close within seconds of a sign-in or a right that is gone."""
    cursor = writer.cursor
    while not writer.closing:
        await asyncio.sleep(app_settings.SOCKET_RECHECK_SECONDS)
        saw_client = cursor.sees_client
        try:
            code = await in_thread(still_open, find, writer.principal, cursor, id_text, address)
            sees_more = code is None and await in_thread(cursor.has_more)
        except (Unavailable, db.Error):
            continue
        if code is not None:
            writer.close(code)
        elif sees_more or cursor.sees_client != saw_client:
            feed.read_again()
            here.read_if_behind(feed)
