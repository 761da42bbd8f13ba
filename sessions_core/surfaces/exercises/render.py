"""The exercises' responses as plain data."""

from datetime import datetime
from typing import Any

from ...lifecycle.scoring import score_percentage
from ...lifecycle.submission import Verdict
from ...models import Session

Json = dict[str, Any]


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as JavaScript writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def started(session: Session) -> Json:
    return {"session_id": session.pk, "started_at": instant(session.started_at)}


def verdict(given: Verdict) -> Json:
    return {
        "is_correct": given.judgement.correct,
        "correct_answer": given.item.answer,
        "user_answer": given.answer,
        "feedback": feedback(given),
        "exercise_id": given.item.id,
        "session_id": given.session_id,
        "time_taken": _seconds(given.response_ms),
    }


def feedback(given: Verdict) -> str:
    """A sentence on the answer, and the exercise's own explanation where it has one."""
    judgement = given.judgement
    if judgement.correct:
        said = f"Correct, but mind the {judgement.difference}." if judgement.close else "Correct!"
    elif judgement.close:
        said = f"Almost: {judgement.difference}."
    else:
        said = f"The answer is “{given.item.answer}”."
    return f"{said} {given.item.explanation}".rstrip()


def _seconds(ms: int) -> int | float:
    return ms // 1000 if ms % 1000 == 0 else ms / 1000


def ended(session: Session) -> Json:
    """``duration_seconds`` runs from the start to the end, pauses included."""
    ended_at = session.ended_at or session.started_at
    return {
        "session_id": session.pk,
        "started_at": instant(session.started_at),
        "ended_at": instant(ended_at),
        "duration_seconds": int((ended_at - session.started_at).total_seconds()),
        "total_exercises": session.attempt_count,
        "correct_answers": session.correct_count,
        "score_percentage": score_percentage(session.correct_count, session.attempt_count),
        "session_type": session.session_type,
    }
