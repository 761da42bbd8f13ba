"""What sockets read from the database: the present state, what was missed, what moved on."""

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from ..app_settings import app_settings
from ..clock import now
from ..lifecycle import events
from ..models import Attempt, Session, Transition
from .clock import time_update
from .definitions import PROGRESS_UPDATE, RESYNC
from .wire import Message, encode, message

# Sessions whose events are read in one query; SQLite refuses conditions of many more parts.
RANGES = 200
# What the event loop may look at of a session, without the database being asked for more.
_STATE = ("last_seq", "user_id", "guest", "status", "time_limit", "elapsed_ms", "running_since")


class Update(NamedTuple):
    """A session's row, and the messages that lead up to just that: to its ``last_seq``."""

    session: Session
    messages: list[Message]


def opening(session_id: int, after: int | None) -> Update:
    """The present state; or, with ``after``, the events since, or a ``resync``.

    Raises ``Session.DoesNotExist``.
    """
    session = Session.objects.get(pk=session_id)
    if after is None:
        messages = _present(session)
    else:
        found = _events([(session, after)])
        messages = _missed(session, after, found.get(session_id, []))
    if session.is_open and (reading := time_update(session, now())) is not None:
        messages.append(reading)
    return Update(session, messages)


def read_missed(positions: Mapping[int, int]) -> dict[int, Update]:
    """What these sessions have done since the id given with each: a few queries for hundreds."""
    sessions = Session.objects.in_bulk(list(positions))
    found = _events([(session, positions[pk]) for pk, session in sessions.items()])
    return {
        pk: Update(session, _missed(session, positions[pk], found.get(pk, [])))
        for pk, session in sessions.items()
    }


def states(ids: Collection[int]) -> dict[int, Session]:
    """Newest event, time ledger and owner of each session: one query for thousands."""
    return Session.objects.only(*_STATE).in_bulk(ids)


def _state(session: Session, type: str, seq: int) -> Message:
    return message(type, {**events.snapshot(session), "status": session.status}, seq)


def _present(session: Session) -> list[Message]:
    """The state; of an ended session, the state before its last event, and that event."""
    if session.is_open:
        return [_state(session, PROGRESS_UPDATE, session.last_seq)]
    before = max(0, session.last_seq - 1)
    last = _events([(session, before)]).get(session.pk, [])
    return [_state(session, PROGRESS_UPDATE, before), *map(encode, last)]


def _missed(session: Session, after: int, found: list[events.SessionEvent]) -> list[Message]:
    """The events ``found`` after the id ``after``, if they are without a gap; else a ``resync``.

    A ``resync`` of an ended session is followed by its last event.
    """
    numbers = [event.seq for event in found]
    if after <= session.last_seq and numbers == list(range(after + 1, session.last_seq + 1)):
        return [encode(event) for event in found]
    if session.is_open:
        return [_state(session, RESYNC, session.last_seq)]
    state, *last = _present(session)
    return [_state(session, RESYNC, state.seq or 0), *last]


def _events(wanted: Collection[tuple[Session, int]]) -> dict[int, list[events.SessionEvent]]:
    """The events of each session after the id given with it, in order; none of a session that has
    more of them than may be replayed.

    None is newer than the row: the event of an end would have the counts from before it.
    """
    limit = app_settings.REPLAY_LIMIT
    ranges = [
        (session, after) for session, after in wanted if 0 <= session.last_seq - after <= limit
    ]
    sessions = {session.pk: session for session, _ in ranges}
    found: dict[int, list[events.SessionEvent]] = {}
    for start in range(0, len(ranges), RANGES):
        missing = reduce(
            or_,
            (
                Q(session_id=session.pk, seq__gt=after, seq__lte=session.last_seq)
                for session, after in ranges[start : start + RANGES]
            ),
        )
        for attempt in Attempt.objects.filter(missing).order_by():
            session = sessions[attempt.session_id]
            event = events.progress(session, attempt)
            found.setdefault(session.pk, []).append(event)
        for transition in Transition.objects.filter(missing).order_by():
            session = sessions[transition.session_id]
            found.setdefault(session.pk, []).append(events.changed(session, transition))
    for each in found.values():
        each.sort(key=lambda event: event.seq)
    return found
