"""A session's socket: sign in, check access, subscribe, listen until either side ends it.

A plain ASGI application: Channels' consumers start two tasks and a channel for each socket, which
the hub makes unnecessary.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from django import db
from rest_framework.exceptions import ParseError

from ..access import session_for
from ..errors import SessionNotFound, Unavailable
from ..models import Session
from ..rest.parsers import parse_object
from . import answers, hub, signin, snapshot
from .definitions import ANSWER, ERROR, MAX_FRAME_BYTES, PING, PONG, Close
from .session_subscription import SessionSubscription
from .socket_writer import SocketWriter
from .threads import in_thread
from .wire import Message, message

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Reply = Callable[[dict[str, Any]], Awaitable[Message]]

# More messages than this from a client in so many seconds are a flood.
FLOOD_MESSAGES, FLOOD_SECONDS = 30, 10.0

_PONG = message(PONG)
_UNKNOWN = message(
    ERROR, {"code": "unknown_message", "message": "Send a JSON object with a known type."}
)


async def session_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """``/ws/sessions/{session_id}?after=ID``"""
    code = await _serve(scope, receive, send)
    if code is not None:
        await close(receive, send, code)


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """Any other path."""
    await receive()
    await send({"type": "websocket.accept"})
    await close(receive, send, Close.NOT_FOUND)


async def _serve(scope: Scope, receive: Receive, send: Send) -> int | None:
    """Returns the code to close with; None where the socket is closed already."""
    await receive()  # websocket.connect
    given = signin.credentials(scope)
    # Accepted before it is refused: only an open socket can be closed with a code of ours.
    await send({"type": "websocket.accept", "subprotocol": given.subprotocol if given else None})
    if given is None:
        return Close.NOT_SIGNED_IN
    try:
        principal, session_id = await in_thread(
            _admit, given, scope["url_route"]["kwargs"]["session_id"]
        )
        await _subscribe(session_id, after_id(scope), principal, receive, send)
    except signin.NotSignedIn:
        return Close.NOT_SIGNED_IN
    except (SessionNotFound, Session.DoesNotExist):
        return Close.NOT_FOUND
    except (Unavailable, db.Error) as error:
        logger.warning("Socket refused, no database: %s", error)
        return Close.UNAVAILABLE
    return None


def _admit(given: signin.Credentials, session_id: str) -> tuple[signin.Principal, int]:
    principal = signin.identify(given)
    session = session_for(principal.actor, session_id, route="websocket", write=False)
    return principal, session.pk


def after_id(scope: Scope) -> int | None:
    """The id to replay after; one that no event can have becomes -1, which means a resync."""
    values = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after")
    if not values:
        return None
    text = values[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


async def _subscribe(
    session_id: int, after: int | None, principal: signin.Principal, receive: Receive, send: Send
) -> None:
    here = hub.current()
    writer = SocketWriter(send, principal, here.loop)
    subscription = here.join(SessionSubscription, session_id, writer)
    try:
        session, messages = await in_thread(snapshot.opening, session_id, after)
        subscription.open(session)
        here.read_if_behind(subscription)
        await writer.open(messages, session.last_seq)
        if not session.is_open:
            writer.close(Close.ENDED)
        answer = partial(answers.answer, principal.actor, session_id)
        await listen(writer, receive, {ANSWER: answer})
    finally:
        here.leave(subscription, writer)


async def listen(
    writer: SocketWriter, receive: Receive, replies: Mapping[str, Reply] | None = None
) -> None:
    """Reply to the client's messages until either side closes the socket.

    ``replies``: by type of message, what makes the reply.
    """
    times: deque[float] = deque(maxlen=FLOOD_MESSAGES)
    while True:
        event = await receive()
        if event["type"] == "websocket.disconnect":
            return
        now = writer.loop.time()
        if len(times) == FLOOD_MESSAGES and now - times[0] < FLOOD_SECONDS:
            writer.close(Close.FLOOD)
        times.append(now)
        frame = event.get("bytes") or (event.get("text") or "").encode()
        if len(frame) > MAX_FRAME_BYTES:
            writer.close(Close.TOO_BIG)
        if writer.principal.expired:
            writer.close(Close.NOT_SIGNED_IN)
        if not writer.closing:
            writer.send(await _reply(frame, replies or {}))


async def _reply(frame: bytes, replies: Mapping[str, Reply]) -> Message:
    try:
        body = parse_object(frame)
    except ParseError:
        return _UNKNOWN
    kind = body.get("type")
    if kind == PING:
        return _PONG
    if isinstance(kind, str) and kind in replies:
        return await replies[kind](body)
    return _UNKNOWN


async def close(receive: Receive, send: Send, code: int) -> None:
    """Close, and read what the client still sends until it has gone."""
    await send({"type": "websocket.close", "code": code})
    while (await receive())["type"] != "websocket.disconnect":
        pass
