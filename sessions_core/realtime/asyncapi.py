"""The AsyncAPI 3.0 document of the sockets, generated from ``definitions``."""

from typing import Any

from .definitions import (
    CLIENT_MESSAGES,
    CLOSE_CODES,
    MAX_FRAME_BYTES,
    SERVER_MESSAGES,
    MessageType,
)

_DESCRIPTION = f"""\
Live events of one session. Connect to `/ws/sessions/{{session_id}}`, with or without a slash at
the end, and sign in by one of:

- the header `Authorization: Bearer <access token>`;
- the subprotocol pair `bearer, <access token>` (for browsers; the server echoes `bearer`);
- the login cookie, from one of our own pages.

A token in the query string is not looked at.

On connecting the server sends the present state: a `progress_update`, and a `time_update` where
the session has a time limit. With `?after=ID` it sends the events after that id instead, or a
`resync` with the whole state where it cannot. Ids rise by one within a session; an event arrives
once and in order. At the end come `session_complete` and a close with code 1000.

A client's message may have {MAX_FRAME_BYTES} bytes, and 30 may come in 10 seconds.

Close codes:

"""


def document() -> dict[str, Any]:
    """A JSON-ready AsyncAPI document."""
    messages = SERVER_MESSAGES + CLIENT_MESSAGES
    channel = {"$ref": "#/channels/session"}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "langportal live events", "version": "1.0.0", "description": _text()},
        "defaultContentType": "application/json",
        "channels": {
            "session": {
                "address": "/ws/sessions/{session_id}",
                "parameters": {
                    "session_id": {"description": "The session's opaque id, or its number."}
                },
                "messages": {
                    each.name: {"$ref": f"#/components/messages/{each.name}"} for each in messages
                },
                "bindings": {"ws": {"query": _query(), "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "watch": _operation("send", "What the server sends.", channel, SERVER_MESSAGES),
            "speak": _operation("receive", "What a client may send.", channel, CLIENT_MESSAGES),
        },
        "components": {
            "messages": {each.name: _message(each) for each in messages},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _text() -> str:
    return _DESCRIPTION + "\n".join(f"- `{code}`: {why}" for code, why in CLOSE_CODES.items())


def _query() -> dict[str, Any]:
    after = {"type": "integer", "minimum": 0, "description": "Replay the events after this id."}
    return {"type": "object", "properties": {"after": after}}


def _operation(
    action: str, summary: str, channel: dict[str, str], messages: tuple[MessageType, ...]
) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": channel,
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
        "messages": [{"$ref": f"#/channels/session/messages/{each.name}"} for each in messages],
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
