"""What travels over a session's socket: each message, its fields, an example.

The one description of the wire: the AsyncAPI document is generated from it, and the tests hold
every message the server sends against it.
"""

from .schemas import Field, MessageType

PROGRESS_UPDATE = "progress_update"
TIME_UPDATE = "time_update"
SESSION_PAUSED = "session_paused"
SESSION_RESUMED = "session_resumed"
SESSION_COMPLETE = "session_complete"
RESYNC = "resync"
ANSWER = "answer"
ANSWER_RESULT = "answer_result"
ERROR = "error"
PONG = "pong"
PING = "ping"

# A client's frame above this is refused with close code 1009.
MAX_FRAME_BYTES = 64 * 1024

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
_PROGRESS_EXAMPLE = {"completed": 5, "remaining": 15, "success_rate": 0.8, "current_streak": 3}


def _status(description: str, choices: tuple[str, ...], *, required: bool = True) -> Field:
    return Field("status", "string", description, required=required, choices=choices)


SERVER_MESSAGES = (
    MessageType(
        PROGRESS_UPDATE,
        "The state on connecting, and after every answer.",
        (
            *_PROGRESS,
            _status("On connecting: the state of the session.", _OPEN + _ENDED, required=False),
        ),
        numbered=True,
        example=_PROGRESS_EXAMPLE,
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
        (_ELAPSED, _status("The state now.", ("paused",))),
        numbered=True,
        example={"elapsed": 120, "status": "paused"},
    ),
    MessageType(
        SESSION_RESUMED,
        "The session goes on.",
        (_ELAPSED, _status("The state now.", ("active",))),
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
            _status("How it ended.", _ENDED),
        ),
        numbered=True,
        example={"success_rate": 0.8, "duration": 450, "words_mastered": 16, "status": "completed"},
    ),
    MessageType(
        RESYNC,
        "Replay is impossible: forget what was known, this is the state.",
        (*_PROGRESS, _status("The state now.", _OPEN + _ENDED)),
        numbered=True,
        example={**_PROGRESS_EXAMPLE, "status": "active"},
    ),
    MessageType(
        ANSWER_RESULT,
        "The verdict on an answer, which is now counted: what `POST …/progress` would respond.",
        (
            Field("correct", "boolean", "Whether it counts as correct."),
            Field("correct_answer", "string", "The answer of the catalogue."),
            Field("progress", "object", "`completed`, `remaining` and `success_rate`."),
            Field("next_item", ("object", "null"), "What to ask next; null when all is answered."),
            Field("close", "boolean", "Set with a near miss.", required=False),
            Field("difference", ("object", "string"), "What differs in it.", required=False),
        ),
        key="always",
        example={
            "correct": True,
            "correct_answer": "hola",
            "progress": {"completed": 5, "remaining": 15, "success_rate": 0.8},
            "next_item": {"item_id": "7", "word": "goodbye", "type": "translation"},
        },
    ),
    MessageType(
        ERROR,
        "What the client sent was refused, and nothing was counted. Codes are the portal's.",
        (
            Field("code", "string", "Stable and machine-readable."),
            Field("message", "string", "A sentence."),
            Field("details", "object", "More about it, by field or fact.", required=False),
            Field("retry_after", "integer", "Seconds to wait.", required=False, minimum=1),
        ),
        key="perhaps",
        example={"code": "unknown_message", "message": "Send JSON with a known type."},
    ),
    MessageType(PONG, "The answer to a ping."),
)

CLIENT_MESSAGES = (
    MessageType(PING, "Asks for a pong; for clients that cannot send ping frames."),
    MessageType(
        ANSWER,
        "An answer, as `POST …/progress` takes it. The key counts it once, however often it is"
        " sent, by socket or by request (there as `Idempotency-Key`).",
        (
            Field("item_id", ("string", "integer"), "The item answered."),
            Field("answer", "string", "At most 500 characters."),
            Field("time_taken", "number", "Seconds.", required=False, maximum=86400),
        ),
        key="always",
        example={"item_id": "6", "answer": "hola", "time_taken": 3.5},
    ),
)


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
