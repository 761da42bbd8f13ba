"""Audit of refusals that no limit bounds: requests without a sign-in, or over a user's limit.

Anybody can cause millions of them. Each gets a row of its own up to an allowance; the ones beyond
it are counted, and one row a minute records their number
(``docs/decisions/audit-of-refusals.md``).
"""

from sessions_core.rest import limits

from ..limits import ALL_REFUSALS, REFUSALS
from .chain import AuditEvent, append, count_refusal


def record_refusal(event: AuditEvent, who: str) -> None:
    """``who`` is the limiter's key of the user or of the address."""
    charged = limits.consume_many([(REFUSALS, who, 1), (ALL_REFUSALS, "all", 1)])
    if any(window.wait for windows in charged for window in windows):
        count_refusal()
    else:
        append(event)
