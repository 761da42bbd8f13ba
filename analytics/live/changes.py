"""What was recorded in a session, read once and encoded once for each kind of audience."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from sessions_core.realtime.wire import Message, message

from ..models import Milestone, SkillScore, Snapshot, TherapistSession
from ..render import instant, milestone_entry, number, session_entry, snapshot_entry
from .definitions import MILESTONE, SESSION, SKILL, SNAPSHOT

# Sessions whose events are read in one query; SQLite refuses conditions of many more parts.
RANGES = 200

Row = Snapshot | Milestone | SkillScore


class Changes:
    """The state of ``session`` and its newest ``rows``. There are two audiences: those who may see
    the client and the therapist's notes, and the others.
    """

    __slots__ = ("_events", "_rows", "_states", "session")

    def __init__(self, session: TherapistSession, rows: Iterable[Row]) -> None:
        self.session = session
        self._rows = sorted(rows, key=lambda row: row.seq)
        self._states: dict[bool, tuple[dict[str, Any], Message]] = {}
        self._events: dict[bool, list[tuple[int, Message]]] = {}

    def state(self, sees_client: bool) -> tuple[dict[str, Any], Message]:
        if sees_client not in self._states:
            state = session_entry(self.session, with_client=sees_client)
            encoded = message(SESSION, {**state, "lastId": self.session.last_seq})
            self._states[sees_client] = state, encoded
        return self._states[sees_client]

    def events(self, sees_client: bool) -> list[tuple[int, Message]]:
        """Each with its id, by which a socket knows what it has been sent."""
        if sees_client not in self._events:
            self._events[sees_client] = [
                (row.seq, self._encoded(row, sees_client)) for row in self._rows
            ]
        return self._events[sees_client]

    def _encoded(self, row: Row, sees_client: bool) -> Message:
        kind, data = _shown(row, sees_client)
        encoded = message(kind, {"sessionId": str(self.session.pk), **data}, row.seq)
        # The id counts within one of the sessions that a socket may show: its cursor knows them.
        return encoded._replace(seq=None)


def read_changes(wanted: Mapping[TherapistSession, int | None]) -> dict[TherapistSession, Changes]:
    """The changes of each session after the id given with it; with None, its state alone."""
    rows: dict[Any, list[Row]] = {session.pk: [] for session in wanted}
    ranges = [(session, after) for session, after in wanted.items() if after is not None]
    for start in range(0, len(ranges), RANGES):
        missing = reduce(
            or_,
            (
                Q(session=session.pk, seq__gt=after, seq__lte=session.last_seq)
                for session, after in ranges[start : start + RANGES]
            ),
        )
        for model in (Snapshot, Milestone, SkillScore):
            for row in model.objects.filter(missing).order_by():
                rows[row.session_id].append(row)
    return {session: Changes(session, rows[session.pk]) for session in wanted}


def _shown(row: Row, sees_client: bool) -> tuple[str, dict[str, Any]]:
    if isinstance(row, Snapshot):
        return SNAPSHOT, snapshot_entry(row)
    if isinstance(row, Milestone):
        return MILESTONE, milestone_entry(row, with_text=sees_client)
    return SKILL, {
        "skillName": row.skill,
        "score": number(row.score),
        "recordedAt": instant(row.recorded_at),
    }
