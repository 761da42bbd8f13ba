"""How a session's items went, item by item."""

from collections.abc import Sequence

from ..lifecycle import outcomes
from ..lifecycle.outcomes import ItemResult
from ..models import Session

__all__ = ["ItemResult", "of_session"]


def of_session(session: Session) -> Sequence[ItemResult]:
    """One result for each item answered, in the order of the latest attempt.

    Of a session that has just been ended no query: the verb had to know.
    """
    if session.ending is not None:
        return session.ending.results
    return outcomes.of_session(session.pk)
