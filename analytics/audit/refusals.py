"""Refusals that cost the caller nothing: nobody's calls, and those over a user's limit.

Anybody can make them by the million. Each has a row of its own up to an allowance; those beyond it
are counted, and a row a minute stands for all of them (``docs/decisions/audit-of-refusals.md``).
"""

from sessions_core.rest import limits

from ..limits import ALL_REFUSALS, REFUSALS
from .chain import Call, append, count


def record_refusal(call: Call, who: str) -> None:
    """``who``: the key of the user or of the address, as limits count it."""
    charged = limits.consume_many([(REFUSALS, who, 1), (ALL_REFUSALS, "all", 1)])
    if any(window.wait for windows in charged for window in windows):
        count()
    else:
        append(call)
