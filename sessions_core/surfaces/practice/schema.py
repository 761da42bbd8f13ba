"""What the API documents say of guided practice's operations."""

from datetime import UTC, datetime

from drf_spectacular.utils import OpenApiParameter

from ... import errors
from ..describe import ZONE, Operation, describer
from . import inputs, outputs
from .errors import NoActiveSession, ShareLinkNotFound
from .examples import RECEIVED, SENT

_UNKNOWN = errors.SessionNotFound(1)
_FOREIGN = errors.NotYourSession(1)
_FINISHED = errors.SessionFinished(1, "completed", datetime(2025, 12, 5, 10, 15, tzinfo=UTC))
_MINE = [_UNKNOWN, _FOREIGN]
_DAYS = [OpenApiParameter("from", str), OpenApiParameter("to", str), ZONE]

documented = describer(
    "practice",
    "Practice Sessions",
    {
        "start": Operation(
            "Start a practice, guided by a sequence or free",
            outputs.PracticeSessionOutput,
            RECEIVED["start"],
            request=inputs.PracticeStartInput,
            sent=SENT["start"],
            status=201,
            parameters=[ZONE],
            errors=[errors.ActivityNotFound(123)],
        ),
        "complete": Operation(
            "Complete a practice",
            outputs.PracticeCompletedOutput,
            RECEIVED["complete"],
            request=inputs.CompleteInput,
            sent=SENT["complete"],
            errors=[*_MINE, _FINISHED],
        ),
        "pause": Operation(
            "Pause a practice",
            outputs.PausedOutput,
            RECEIVED["pause"],
            request=inputs.PauseInput,
            sent=SENT["pause"],
            errors=[*_MINE, _FINISHED],
        ),
        "resume": Operation(
            "Resume a paused practice",
            outputs.PracticeSessionOutput,
            RECEIVED["current"],
            errors=[*_MINE, _FINISHED],
        ),
        "current": Operation(
            "Get the newest session that has not ended",
            outputs.PracticeSessionOutput,
            RECEIVED["current"],
            errors=[NoActiveSession()],
        ),
        "poses": Operation(
            "Count a pose as held",
            outputs.PoseOutput,
            RECEIVED["poses"],
            request=inputs.PoseInput,
            sent=SENT["poses"],
            errors=[*_MINE, _FINISHED, errors.ItemNotFound()],
        ),
        "notes": Operation(
            "Write the session's notes",
            outputs.SessionWithNotesOutput,
            RECEIVED["notes"],
            request=inputs.NotesInput,
            sent=SENT["notes"],
            errors=_MINE,
        ),
        "read_notes": Operation(
            "Read the session's notes",
            outputs.NotesOutput,
            {"session_id": 1, **SENT["notes"]},
            errors=_MINE,
        ),
        "share": Operation(
            "Make a read-only link to the session; an earlier one ends",
            outputs.ShareOutput,
            RECEIVED["share"],
            request=inputs.ShareInput,
            sent=SENT["share"],
            status=201,
            errors=_MINE,
        ),
        "unshare": Operation("Revoke the session's link", None, None, status=204, errors=_MINE),
        "shared": Operation(
            "Follow a link",
            outputs.SharedOutput,
            RECEIVED["shared"],
            errors=[ShareLinkNotFound()],
        ),
        "stats": Operation(
            "Totals, averages and the day streak",
            outputs.StatsOutput,
            RECEIVED["stats"],
            parameters=[ZONE],
        ),
        "explain": Operation(
            "Say which session counted for which day",
            outputs.ExplanationOutput,
            RECEIVED["explain"],
            parameters=_DAYS,
        ),
        "calendar": Operation(
            "Sessions and seconds by day",
            outputs.CalendarOutput,
            RECEIVED["calendar"],
            parameters=_DAYS,
        ),
    },
)
