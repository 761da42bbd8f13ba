"""The AsyncAPI 3.0 document of the sockets, generated from the definitions of their messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .definitions import CLIENT_MESSAGES, CLOSE_CODES, MAX_FRAME_BYTES, SERVER_MESSAGES
from .schemas import MessageType

_DESCRIPTION = f"""\
Live events. Connect with or without a slash at the end, and sign in by one of:

- the header `Authorization: Bearer <access token>`;
- the subprotocol pair `bearer, <access token>` (for browsers; the server echoes `bearer`);
- the login cookie, from one of our own pages;
- the cookie of an anonymous session, from one of our own pages, where visitors without an account
  may learn; once an account has adopted the session, the visitor's sockets are closed.

A token in the query string is not looked at.

Ids rise by one within a session; an event arrives once and in order. A client's message may have
{MAX_FRAME_BYTES} bytes, and 30 may come in 10 seconds.
"""


@dataclass(frozen=True)
class Channel:
    """A socket's address. ``name`` and the names of messages are unique with ``prefix``."""

    name: str
    address: str
    parameters: dict[str, str]
    description: str
    sent: tuple[MessageType, ...]
    received: tuple[MessageType, ...]
    close_codes: dict[int, str]
    prefix: str = ""
    operations: tuple[str, str] = ("watch", "speak")
    query: dict[str, Any] = field(default_factory=dict)

    @property
    def messages(self) -> tuple[MessageType, ...]:
        return self.sent + self.received

    def component(self, message: MessageType) -> str:
        """The name of ``message`` in the document."""
        return self.prefix + message.name


REPLAY = {"type": "integer", "minimum": 0, "description": "Replay the events after this id."}
_INFO = {"title": "langportal live events", "version": "1.0.0", "description": _DESCRIPTION}
_BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_LEARNING = Channel(
    "session",
    "/ws/sessions/{session_id}",
    {"session_id": "The session's opaque id, or its number."},
    "One learning session. On connecting the server sends the present state: a `progress_update`, "
    "and a `time_update` where the session has a time limit. With `?after=ID` it sends the events "
    "after that id instead, or a `resync` with the whole state where it cannot. At the end come "
    "`session_complete` and a close with code 1000.",
    SERVER_MESSAGES,
    CLIENT_MESSAGES,
    CLOSE_CODES,
    query={"after": REPLAY},
)
_channels = {_LEARNING.name: _LEARNING}


def describe(channel: Channel) -> None:
    """Let an app's own socket stand in the document."""
    _channels[channel.name] = channel


def document() -> dict[str, Any]:
    """A JSON-ready AsyncAPI document."""
    channels = list(_channels.values())
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": "application/json",
        "channels": {each.name: _channel(each) for each in channels},
        "operations": dict(operation for each in channels for operation in _operations(each)),
        "components": {
            "messages": {
                each.component(message): _message(message)
                for each in channels
                for message in each.messages
            },
            "securitySchemes": {"bearer": _BEARER},
        },
    }


def _channel(channel: Channel) -> dict[str, Any]:
    codes = "\n".join(f"- `{code}`: {why}" for code, why in channel.close_codes.items())
    query = {"type": "object", "properties": channel.query}
    return {
        "address": channel.address,
        "description": f"{channel.description}\n\nClose codes:\n\n{codes}",
        "parameters": {name: {"description": text} for name, text in channel.parameters.items()},
        "messages": {
            each.name: {"$ref": f"#/components/messages/{channel.component(each)}"}
            for each in channel.messages
        },
        "bindings": {"ws": {"query": query, "bindingVersion": "0.1.0"}},
    }


def _operations(channel: Channel) -> Iterator[tuple[str, dict[str, Any]]]:
    watch, speak = channel.operations
    yield watch, _operation(channel, "send", "What the server sends.", channel.sent)
    yield speak, _operation(channel, "receive", "What a client may send.", channel.received)


def _operation(
    channel: Channel, action: str, summary: str, messages: tuple[MessageType, ...]
) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
        "messages": [
            {"$ref": f"#/channels/{channel.name}/messages/{each.name}"} for each in messages
        ],
    }


def _message(each: MessageType) -> dict[str, Any]:
    example: dict[str, Any] = {"type": each.name}
    if each.numbered:
        example["id"] = 7
    if each.key == "always":
        example["key"] = "3f6c1a2e"
    if each.example is not None:
        example["data"] = each.example
    return {
        "name": each.name,
        "summary": each.summary,
        "payload": each.schema(),
        "examples": [{"payload": example}],
    }
