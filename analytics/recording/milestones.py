"""Stores milestones, each once in a session."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..models import Milestone, TherapistSession
from .live_events import next_sequence_numbers


@dataclass(frozen=True, slots=True)
class ReachedMilestone:
    """``value`` is 0 to 100; ``None`` stands for the session's current progress."""

    name: str
    at: datetime
    value: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def record_milestones(session: TherapistSession, reached: list[ReachedMilestone]) -> None:
    """Stores the milestones not reached before. The caller saves the session."""
    names = [milestone.name for milestone in reached]
    known = set(
        Milestone.objects.filter(session=session, name__in=names).values_list("name", flat=True)
    )
    new = {one.name: one for one in reversed(reached) if one.name not in known}
    fresh = list(reversed(new.values()))
    Milestone.objects.bulk_create(
        Milestone(
            session=session,
            seq=seq,
            name=one.name,
            value=session.progress if one.value is None else one.value,
            achieved_at=one.at,
            metadata=one.metadata,
        )
        for seq, one in zip(next_sequence_numbers(session, len(fresh)), fresh, strict=True)
    )
