"""What travels over the therapist sockets: each message, its fields, an example.

The one description of the wire: the AsyncAPI document is generated from it, and the tests hold
every message the server sends against it.
"""

from sessions_core.realtime import definitions as learning
from sessions_core.realtime.asyncapi import REPLAY, Channel
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.schemas import Field, MessageType

from .. import examples
from ..models import Status

SESSION = "session"
SNAPSHOT = "snapshot"
MILESTONE = "milestone"
SKILL = "skill"
RESYNC = "resync"

NOT_ALLOWED = 4403

_OF = Field("sessionId", "string", "The session it was recorded in.")
_LAST = Field("lastId", "integer", "Id of the newest event.")
_EXAMPLE_OF = {"sessionId": examples.SESSION_ID}

SERVER_MESSAGES = (
    MessageType(
        SESSION,
        "A session as it stands: on connecting, and when it has changed.",
        (
            Field("id", "string", "The session."),
            Field("clientId", "string", "Empty for whoever may not know it."),
            Field("therapistId", "string", "Whose session it is."),
            Field("startTime", "string", "ISO 8601."),
            Field("endTime", "string", "ISO 8601, once it has ended.", required=False),
            Field("status", "string", "The state now.", choices=tuple(Status.values)),
            Field("progress", "number", "0 to 100.", maximum=100),
            _LAST,
        ),
        example={**examples.SESSION, "lastId": 7},
    ),
    MessageType(
        SNAPSHOT,
        "A snapshot of the progress was recorded.",
        (
            _OF,
            Field("timestamp", "string", "ISO 8601."),
            Field("value", "number", "0 to 100.", maximum=100),
        ),
        numbered=True,
        example={**_EXAMPLE_OF, **examples.SNAPSHOTS[0]},
    ),
    MessageType(
        MILESTONE,
        "A milestone was reached.",
        (
            _OF,
            Field("milestoneName", "string", "Its name."),
            Field("milestoneValue", "number", "The progress at the time.", maximum=100),
            Field("achievedAt", "string", "ISO 8601."),
            Field("metadata", "object", "Empty for whoever may not read texts."),
        ),
        numbered=True,
        example={**_EXAMPLE_OF, **examples.MILESTONES[0]},
    ),
    MessageType(
        SKILL,
        "A skill was rated.",
        (
            _OF,
            Field("skillName", "string", "Its name."),
            Field("score", "number", "0 to 100.", maximum=100),
            Field("recordedAt", "string", "ISO 8601."),
        ),
        numbered=True,
        example={
            **_EXAMPLE_OF,
            "skillName": "Empathy",
            "score": 78,
            "recordedAt": examples.MOMENT,
        },
    ),
    MessageType(
        RESYNC,
        "Replay is impossible: read the session afresh.",
        (_OF, _LAST),
        example={**_EXAMPLE_OF, "lastId": 912},
    ),
    *(each for each in learning.SERVER_MESSAGES if each.name in {learning.ERROR, learning.PONG}),
)
CLIENT_MESSAGES = tuple(each for each in learning.CLIENT_MESSAGES if each.name == learning.PING)

CLOSE_CODES = {
    **{
        code: learning.CLOSE_CODES[code]
        for code in (Close.TOO_BIG, Close.UNAVAILABLE, Close.NOT_SIGNED_IN, Close.TOO_SLOW)
    },
    Close.FLOOD: "The client sent too many messages, or called more often than its limit lets it.",
    NOT_ALLOWED: "You may not, or may no longer, see this.",
    Close.NOT_FOUND: "No such session or therapist.",
}

SESSION_CHANNEL = Channel(
    "therapist_session",
    "/ws/therapist-sessions/{id}",
    {"id": "The therapist session."},
    "One therapist session: its state, then what is recorded in it. With `?after=ID` the events "
    "after that id are replayed, or `resync` says that they cannot be.",
    SERVER_MESSAGES,
    CLIENT_MESSAGES,
    CLOSE_CODES,
    prefix="training_",
    operations=("watch_therapist_session", "speak_to_therapist_session"),
    query={"after": REPLAY},
)
THERAPIST_CHANNEL = Channel(
    "therapist",
    "/ws/therapists/{id}",
    {"id": "The therapist."},
    "All sessions of one therapist that you may see, for a supervisor's wall.",
    SERVER_MESSAGES,
    CLIENT_MESSAGES,
    CLOSE_CODES,
    prefix="training_",
    operations=("watch_therapist", "speak_to_therapist"),
)
