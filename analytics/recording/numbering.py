"""Numbers for a session's live events, and word to whoever watches once they are committed."""

from functools import partial

from django.db import transaction

from ..models import TherapistSession
from ..signals import recorded


def next_numbers(session: TherapistSession, count: int) -> range:
    """``count`` fresh numbers of a locked session. The caller saves the row."""
    first = session.last_seq + 1
    session.last_seq += count
    return range(first, first + count)


def save_and_announce(session: TherapistSession, *changed: str) -> None:
    """Save the counter and the ``changed`` fields; tell the watchers after commit."""
    session.save(update_fields=["last_seq", *changed])
    transaction.on_commit(
        partial(
            recorded.send,
            TherapistSession,
            session_id=session.pk,
            therapist_id=session.therapist_id,
        )
    )
