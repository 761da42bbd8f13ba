"""Numbers the live events of a session, and notifies its sockets after the commit."""

from functools import partial

from django.db import transaction

from ..models import TherapistSession
from ..signals import recorded


def next_sequence_numbers(session: TherapistSession, count: int) -> range:
    """Returns the next ``count`` numbers of a locked session. The caller saves the row."""
    first = session.last_seq + 1
    session.last_seq += count
    return range(first, first + count)


def save_and_notify(session: TherapistSession, *changed: str) -> None:
    """Saves the counter and the ``changed`` fields; notifies the sockets after the commit."""
    session.save(update_fields=["last_seq", *changed])
    transaction.on_commit(
        partial(
            recorded.send,
            TherapistSession,
            session_id=session.pk,
            therapist_id=session.therapist_id,
        )
    )
