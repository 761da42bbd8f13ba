"""From the exercises' input to the answer verb's. The view and the fast path share it."""

from typing import Any
from uuid import UUID

from ...actor import Actor
from ...lifecycle.submission import Submission
from ...public_id import session_id_for


def submission(actor: Actor, data: dict[str, Any], key: UUID | None, zone: str) -> Submission:
    """``data`` is valid. Raises ``SessionNotFound`` for a session id of no known spelling."""
    given = data.get("session_id")
    return Submission(
        actor=actor,
        session_id=None if given is None else session_id_for(given),
        item_id=data["exercise_id"],
        answer=data["user_answer"],
        response_ms=round(data["time_taken"] * 1000),
        key=key,
        label=str(given),
        zone=zone,
    )
