"""Messages as they leave, encoded once whatever the number of sockets; and hints of them."""

from typing import Any, NamedTuple

import orjson

from ..lifecycle.events import SessionEvent
from .definitions import SESSION_COMPLETE


class Message(NamedTuple):
    """``asgi`` is the ASGI message, shared by all sockets and never changed.

    ``seq`` is the id by which a socket that has had the message drops it; None: never dropped.
    """

    seq: int | None
    type: str
    text: str
    asgi: dict[str, Any]

    @property
    def final(self) -> bool:
        return self.type == SESSION_COMPLETE


class Hint(NamedTuple):
    """Word that something watchable has changed: its ``kind``, its ``id``, the newest event's
    ``number`` (0 where the word is only to look).

    ``event`` goes along within one process. It never leaves it: other processes read the database,
    so nothing that somebody else puts on the channel layer is ever shown.
    """

    kind: str
    id: int | str
    number: int
    event: SessionEvent | None = None


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
    text = orjson.dumps(body).decode()
    return Message(seq, type, text, {"type": "websocket.send", "text": text})


def encode(event: SessionEvent) -> Message:
    return message(event.type, event.data, event.seq)
