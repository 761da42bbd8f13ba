"""Stores snapshots of a session's progress."""

from datetime import datetime

from ..models import Snapshot, TherapistSession
from .live_events import next_sequence_numbers, save_and_notify
from .milestones import ReachedMilestone, record_milestones


def add(
    session: TherapistSession, points: list[tuple[datetime, float]], reached: list[ReachedMilestone]
) -> None:
    """Adds ``points``; a repeated moment gets the later value. The newest sets the progress."""
    values = dict(points)
    numbers = next_sequence_numbers(session, len(values))
    Snapshot.objects.bulk_create(
        (
            Snapshot(session=session, seq=seq, timestamp=timestamp, value=value)
            for seq, (timestamp, value) in zip(numbers, values.items(), strict=True)
        ),
        update_conflicts=True,
        unique_fields=["session", "timestamp"],
        update_fields=["seq", "value"],
    )
    session.progress = Snapshot.objects.filter(session=session).latest("timestamp").value
    record_milestones(session, reached)
    save_and_notify(session, "progress")
