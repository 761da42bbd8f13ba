"""Messages as they leave: encoded once, whatever the number of sockets."""

from typing import Any, NamedTuple

import orjson

from ..lifecycle.events import SessionEvent
from .definitions import SESSION_COMPLETE


class Message(NamedTuple):
    """``asgi`` is the ASGI message, shared by all sockets and never changed.

    ``seq`` is the id within the session, None for what is not numbered.
    """

    seq: int | None
    type: str
    text: str
    asgi: dict[str, Any]

    @property
    def final(self) -> bool:
        return self.type == SESSION_COMPLETE


def wrap(seq: int | None, type: str, text: str) -> Message:
    return Message(seq, type, text, {"type": "websocket.send", "text": text})


def message(
    type: str,
    data: dict[str, Any] | None = None,
    seq: int | None = None,
    *,
    key: str | None = None,
) -> Message:
    """``key``: of the client's message that this one answers."""
    body: dict[str, Any] = {"type": type}
    if seq is not None:
        body["id"] = seq
    if key is not None:
        body["key"] = key
    if data is not None:
        body["data"] = data
    return wrap(seq, type, orjson.dumps(body).decode())


def encode(event: SessionEvent) -> Message:
    return message(event.type, event.data, event.seq)
