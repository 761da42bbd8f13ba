"""From the portal's input to the answer verb's. The view and the fast path share it."""

from typing import Any
from uuid import UUID

from ...actor import Actor
from ...lifecycle.submission import Submission
from ...public_id import session_id_for


def submission(actor: Actor, session_id: str, data: dict[str, Any], key: UUID | None) -> Submission:
    """``session_id`` as the address has it, ``data`` valid. Raises ``SessionNotFound``."""
    return Submission(
        actor=actor,
        session_id=session_id_for(session_id),
        item_id=data["item_id"],
        answer=data["answer"],
        response_ms=round(data["time_taken"] * 1000),
        key=key,
        label=session_id,
    )
