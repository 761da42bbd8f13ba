"""What a socket has not sent yet, read from the database: the rows are the events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sessions_core.realtime.wire import Message, message

from ..models import Milestone, SkillScore, Snapshot, TherapistSession
from ..render import instant, milestone_entry, number, session_entry, snapshot_entry
from .definitions import MILESTONE, RESYNC, SESSION, SKILL, SNAPSHOT

# Events of one session sent in one go; a socket further behind is told to read afresh.
MOST = 500


@dataclass(slots=True)
class Course:
    """How far a socket has come: the newest event id and the state told, by session.

    ``confided``: whether the client and the therapist's notes are open to this viewer.
    """

    rows: QuerySet[TherapistSession]
    confided: bool
    seqs: dict[UUID, int] = field(default_factory=dict)
    told: dict[UUID, dict[str, Any]] = field(default_factory=dict)


def news(course: Course, after: int | None = None) -> list[Message]:
    """What came since the last call. The first call tells each session's state.

    ``after`` replays, on the first call, the events after that id.
    """
    messages: list[Message] = []
    for session in course.rows.order_by("started_at", "id"):
        state = session_entry(session, with_client=course.confided)
        known = course.seqs.get(session.pk, session.last_seq if after is None else after)
        if course.told.get(session.pk) != state:
            messages.append(message(SESSION, {**state, "lastId": session.last_seq}))
        if session.last_seq > known or known < 0:
            messages.extend(_events(session, known, course.confided))
        course.seqs[session.pk], course.told[session.pk] = session.last_seq, state
    return messages


def _events(session: TherapistSession, after: int, confided: bool) -> list[Message]:
    if after < 0 or session.last_seq - after > MOST:
        return [message(RESYNC, {"sessionId": str(session.pk), "lastId": session.last_seq})]
    found = sorted(_rows(session, after, confided), key=lambda event: event[0])
    return [message(kind, {"sessionId": str(session.pk), **data}, seq) for seq, kind, data in found]


def _rows(
    session: TherapistSession, after: int, confided: bool
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    new = {"session": session, "seq__gt": after, "seq__lte": session.last_seq}
    for snapshot in Snapshot.objects.filter(**new):
        yield snapshot.seq, SNAPSHOT, snapshot_entry(snapshot)
    for milestone in Milestone.objects.filter(**new):
        yield milestone.seq, MILESTONE, milestone_entry(milestone, with_text=confided)
    for score in SkillScore.objects.filter(**new):
        data = {
            "skillName": score.skill,
            "score": number(score.score),
            "recordedAt": instant(score.recorded_at),
        }
        yield score.seq, SKILL, data
