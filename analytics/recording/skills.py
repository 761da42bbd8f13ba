"""Skill scores, appended."""

from datetime import datetime

from ..models import SkillScore, TherapistSession
from .numbering import next_numbers


def add_scores(session: TherapistSession, scores: dict[str, float], at: datetime) -> None:
    """One row a skill. The caller saves the session."""
    numbers = next_numbers(session, len(scores))
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
