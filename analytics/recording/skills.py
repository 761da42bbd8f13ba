"""Stores skill scores."""

from datetime import datetime

from ..models import SkillScore, TherapistSession
from .live_events import next_sequence_numbers


def add_scores(session: TherapistSession, scores: dict[str, float], at: datetime) -> None:
    """Adds a row for each skill. The caller saves the session."""
    numbers = next_sequence_numbers(session, len(scores))
    SkillScore.objects.bulk_create(
        SkillScore(
            session=session,
            therapist_id=session.therapist_id,
            seq=seq,
            skill=skill,
            score=score,
            recorded_at=at,
        )
        for seq, (skill, score) in zip(numbers, scores.items(), strict=True)
    )
