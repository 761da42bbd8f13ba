"""Exports and erasures stand in the audit like any other access to a person's record."""

from typing import Any

from .acting import at_work
from .chain import Call, append

DONE = 200


def on_person_handled(
    sender: Any, action: str, user_id: Any, by: Any, reason: str, **_: Any
) -> None:
    """Receiver of ``sessions_core.signals.person_handled``; before anything is done."""
    append(
        Call(
            action=f"person.{action}",
            route="command" if by is None else "admin",
            status=DONE,
            actor_id=by,
            subject_id=user_id,
            address=at_work().address,
            reason=reason,
        )
    )
