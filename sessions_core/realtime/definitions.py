"""What travels over a session's socket: each message, its fields, an example.

The one description of the wire: the AsyncAPI document is generated from it, and the tests hold
every message the server sends against it.
"""

from dataclasses import dataclass
from typing import Any

PROGRESS_UPDATE = "progress_update"
TIME_UPDATE = "time_update"
SESSION_PAUSED = "session_paused"
SESSION_RESUMED = "session_resumed"
SESSION_COMPLETE = "session_complete"
RESYNC = "resync"
ERROR = "error"
PONG = "pong"
PING = "ping"

# A client's frame above this is refused with close code 1009.
MAX_FRAME_BYTES = 64 * 1024


@dataclass(frozen=True)
class Field:
    """One member of a message's ``data``; ``type`` is a JSON Schema type."""

    name: str
    type: str
    description: str
    required: bool = True
    minimum: int | None = 0
    maximum: int | None = None
    choices: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": self.type, "description": self.description}
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.type in {"integer", "number"}:
            limits = {"minimum": self.minimum, "maximum": self.maximum}
            schema |= {name: value for name, value in limits.items() if value is not None}
        return schema


@dataclass(frozen=True)
class MessageType:
    """``numbered``: the message carries ``id``, which rises by one within the session."""

    name: str
    summary: str
    fields: tuple[Field, ...] = ()
    numbered: bool = False
    example: dict[str, Any] | None = None

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the whole message."""
        properties: dict[str, Any] = {"type": {"const": self.name}}
        required = ["type"]
        if self.numbered:
            properties["id"] = {"type": "integer", "minimum": 0}
            required.append("id")
        if self.fields:
            properties["data"] = {
                "type": "object",
                "properties": {field.name: field.schema() for field in self.fields},
                "required": [field.name for field in self.fields if field.required],
                "additionalProperties": False,
            }
            required.append("data")
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


_OPEN = ("active", "paused")
_ENDED = ("completed", "cancelled", "expired")
_RATE = Field("success_rate", "number", "Correct attempts over attempts, four places.", maximum=1)
_ELAPSED = Field("elapsed", "integer", "Whole seconds practised; pauses do not count.")
_PROGRESS = (
    Field("completed", "integer", "Distinct items answered."),
    Field("remaining", "integer", "Items still to answer."),
    _RATE,
    Field("current_streak", "integer", "Correct answers in a row."),
)

SERVER_MESSAGES = (
    MessageType(
        PROGRESS_UPDATE,
        "The state on connecting, and after every answer.",
        (
            *_PROGRESS,
            Field(
                "status",
                "string",
                "On connecting: the state of the session.",
                required=False,
                choices=_OPEN + _ENDED,
            ),
        ),
        numbered=True,
        example={"completed": 5, "remaining": 15, "success_rate": 0.8, "current_streak": 3},
    ),
    MessageType(
        TIME_UPDATE,
        "The clock of a session with a time limit, while it runs.",
        (_ELAPSED, Field("remaining", "integer", "Whole seconds left of the time limit.")),
        example={"elapsed": 245, "remaining": 355},
    ),
    MessageType(
        SESSION_PAUSED,
        "The session was paused: its clock stands still.",
        (_ELAPSED, Field("status", "string", "The state now.", choices=("paused",))),
        numbered=True,
        example={"elapsed": 120, "status": "paused"},
    ),
    MessageType(
        SESSION_RESUMED,
        "The session goes on.",
        (_ELAPSED, Field("status", "string", "The state now.", choices=("active",))),
        numbered=True,
        example={"elapsed": 120, "status": "active"},
    ),
    MessageType(
        SESSION_COMPLETE,
        "The session has ended, whichever way. The last message; the server closes with 1000.",
        (
            _RATE,
            Field("duration", "integer", "Whole seconds practised."),
            Field("words_mastered", "integer", "Items mastered in this session."),
            Field("status", "string", "How it ended.", choices=_ENDED),
        ),
        numbered=True,
        example={
            "success_rate": 0.8,
            "duration": 450,
            "words_mastered": 16,
            "status": "completed",
        },
    ),
    MessageType(
        RESYNC,
        "Replay is impossible: forget what was known, this is the state.",
        (*_PROGRESS, Field("status", "string", "The state now.", choices=_OPEN + _ENDED)),
        numbered=True,
        example={
            "completed": 5,
            "remaining": 15,
            "success_rate": 0.8,
            "current_streak": 3,
            "status": "active",
        },
    ),
    MessageType(
        ERROR,
        "The client's message was not understood. The session is not touched.",
        (
            Field("code", "string", "Stable and machine-readable."),
            Field("message", "string", "A sentence."),
        ),
        example={"code": "unknown_message", "message": "Send JSON with a known type."},
    ),
    MessageType(PONG, "The answer to a ping."),
)

CLIENT_MESSAGES = (MessageType(PING, "Asks for a pong; for clients that cannot send ping frames."),)


class Close:
    """Close codes. 4000 to 4999 are the application's own."""

    ENDED = 1000
    FLOOD = 1008
    TOO_BIG = 1009
    UNAVAILABLE = 1013
    NOT_SIGNED_IN = 4401
    NOT_FOUND = 4404
    TOO_SLOW = 4408


CLOSE_CODES = {
    Close.ENDED: "The session has ended.",
    Close.FLOOD: "The client sent too many messages.",
    Close.TOO_BIG: f"The client sent a message over {MAX_FRAME_BYTES} bytes.",
    Close.UNAVAILABLE: "The service cannot answer now; try again.",
    Close.NOT_SIGNED_IN: "No valid sign-in, or it expired or was revoked.",
    Close.NOT_FOUND: "No such session, or somebody else's.",
    Close.TOO_SLOW: "The client reads more slowly than events arrive; reconnect with ?after=.",
}
