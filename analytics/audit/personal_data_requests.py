"""Records exports and erasures of a person's data in the audit."""

from typing import Any

from .acting_user import acting_user
from .chain import AuditEvent, append

DONE = 200


def on_person_handled(
    sender: Any, action: str, user_id: Any, by: Any, reason: str, **_: Any
) -> None:
    """Receiver of ``sessions_core.signals.person_handled``, which is sent before the action."""
    append(
        AuditEvent(
            action=f"person.{action}",
            route="command" if by is None else "admin",
            status=DONE,
            actor_id=by,
            subject_id=user_id,
            address=acting_user().address,
            reason=reason,
        )
    )
