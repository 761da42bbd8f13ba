"""What sockets read from the database: the present state, what was missed, what moved on."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from ..app_settings import app_settings
from ..clock import now
from ..lifecycle import events
from ..models import Session
from .clock import Clock
from .definitions import PROGRESS_UPDATE, RESYNC
from .wire import Message, encode, message

# Ids asked for in one query; SQLite refuses much longer lists.
CHUNK = 5000


@dataclass(slots=True)
class Opening:
    """First messages for a socket, true up to the event ``seq``."""

    seq: int
    clock: Clock
    ended: bool
    messages: list[Message] = field(default_factory=list)


def _state(session: Session, type: str, seq: int) -> Message:
    return message(type, {**events.snapshot(session), "status": session.status}, seq)


def opening(session_id: int, after: int | None) -> Opening:
    """The present state; or, with ``after``, the events since, or a ``resync``.

    Raises ``Session.DoesNotExist``.
    """
    session = Session.objects.get(pk=session_id)
    answer = Opening(session.last_seq, Clock.of(session), not session.is_open)
    if after is None:
        answer.messages = _present(session)
    else:
        answer.messages = missed(session, after)
        numbers = [each.seq for each in answer.messages if each.seq is not None]
        answer.seq = max([session.last_seq, *numbers])
    clock_message = None if answer.ended else answer.clock.reading(now())
    if clock_message is not None:
        answer.messages.append(clock_message)
    return answer


def _present(session: Session) -> list[Message]:
    """The state; of an ended session, the state before its last event, and that event."""
    if session.is_open:
        return [_state(session, PROGRESS_UPDATE, session.last_seq)]
    before = max(0, session.last_seq - 1)
    last = events.replay(session.pk, before, 1)
    return [_state(session, PROGRESS_UPDATE, before), *map(encode, last)]


def missed(session: Session, after: int) -> list[Message]:
    """The events after the id ``after``, without a gap; a ``resync`` where that is impossible.

    A ``resync`` of an ended session is followed by its last event.
    """
    limit = app_settings.REPLAY_LIMIT
    count = session.last_seq - after
    if 0 <= count <= limit:
        found = events.replay(session.pk, after, limit)
        numbers = [event.seq for event in found]
        if len(found) >= count and numbers == list(range(after + 1, after + 1 + len(found))):
            return [encode(event) for event in found]
    if session.is_open:
        return [_state(session, RESYNC, session.last_seq)]
    state, *last = _present(session)
    return [_state(session, RESYNC, state.seq or 0), *last]


def catch_up(session_id: int, after: int) -> tuple[list[Message], Clock]:
    """What a watched session has done since ``after``, and its clock."""
    session = Session.objects.get(pk=session_id)
    return missed(session, after), Clock.of(session)


@dataclass(frozen=True, slots=True)
class Standing:
    """A watched session as the database has it: its newest event, its clock, its owner."""

    seq: int
    clock: Clock
    user_id: int | None
    guest: UUID | None


def standings(session_ids: Collection[int]) -> dict[int, Standing]:
    """How these sessions stand: one query for thousands."""
    ids = list(session_ids)
    found: dict[int, Standing] = {}
    for start in range(0, len(ids), CHUNK):
        rows = Session.objects.filter(pk__in=ids[start : start + CHUNK]).values_list(
            *("pk", "last_seq", "user_id", "guest"),
            *("status", "time_limit", "active_ms", "running_since"),
        )
        for pk, last_seq, user_id, guest, *clock in rows:
            found[pk] = Standing(last_seq, Clock(*clock), user_id, guest)
    return found
