"""What the API documents say of the portal's operations."""

from datetime import UTC, datetime

from ... import errors
from ..describe import ZONE, Operation, describer
from . import inputs, outputs
from .examples import REQUESTS, RESPONSES

_UNKNOWN = errors.SessionNotFound("abc123")
_FINISHED = errors.SessionFinished(1, "completed", datetime(2024, 2, 17, 10, 7, 30, tzinfo=UTC))

documented = describer(
    "portal",
    "Learning sessions",
    {
        "start": Operation(
            "Start a session",
            outputs.StartedOutput,
            RESPONSES["start"],
            request=inputs.StartInput,
            sent=REQUESTS["start"],
            status=201,
            parameters=[ZONE],
            errors=[errors.ActivityNotFound(123), errors.EmptyActivity()],
        ),
        "progress": Operation(
            "Answer an item",
            outputs.VerdictOutput,
            RESPONSES["progress"],
            request=inputs.AnswerInput,
            sent=REQUESTS["progress"],
            errors=[_UNKNOWN, _FINISHED, errors.ItemNotInSession(), errors.SessionPaused()],
        ),
        "batch": Operation(
            "Answer up to a hundred items at once, as after a time offline",
            outputs.BatchOutput,
            RESPONSES["batch"],
            request=inputs.BatchInput,
            sent=REQUESTS["batch"],
            errors=[_UNKNOWN],
        ),
        "complete": Operation(
            "Complete a session",
            outputs.SummaryOutput,
            RESPONSES["complete"],
            errors=[_UNKNOWN, _FINISHED],
        ),
        "cancel": Operation(
            "Cancel a session",
            outputs.CancelledOutput,
            RESPONSES["cancel"],
            errors=[_UNKNOWN, _FINISHED],
        ),
        "resume": Operation(
            "Resume a paused session, or pick up a running one",
            outputs.StateOutput,
            RESPONSES["resume"],
            errors=[_UNKNOWN, _FINISHED],
        ),
        "history": Operation(
            "List the caller's sessions, newest first",
            outputs.HistoryOutput,
            RESPONSES["history"],
            parameters=[inputs.HistoryInput],
        ),
        "details": Operation(
            "Show one session in detail",
            outputs.DetailsOutput,
            RESPONSES["details"],
            errors=[_UNKNOWN],
        ),
    },
)
