"""Snapshots of a session's progress."""

from datetime import datetime

from ..models import Snapshot, TherapistSession
from .milestones import Reached, reach
from .numbering import next_numbers, save_and_announce


def add(
    session: TherapistSession, points: list[tuple[datetime, float]], reached: list[Reached]
) -> None:
    """Append ``points``; a moment named again keeps its later value. The newest is the progress."""
    values = dict(points)
    numbers = next_numbers(session, len(values))
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
    reach(session, reached)
    save_and_announce(session, "progress")
