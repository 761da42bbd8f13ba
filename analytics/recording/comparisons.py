"""Stores comparisons of two sessions."""

from sessions_core.clock import now

from ..comparing import Metrics, compare
from ..models import Comparison, TherapistSession


def record(
    current: TherapistSession,
    previous: TherapistSession,
    given: Metrics,
    improvement_score: float | None,
) -> Comparison:
    """Stores a comparison. What the client left out (None) is computed from the sessions."""
    result = compare(current, previous, TherapistSession.objects.all(), given)
    return Comparison.objects.create(
        therapist_id=current.therapist_id,
        current=current,
        previous=previous,
        improvement_score=(
            result.improvement_score if improvement_score is None else improvement_score
        ),
        progress_improvement=result.metrics.progress,
        skill_score_improvement=result.metrics.skill_score,
        response_time_improvement=result.metrics.response_time,
        trend=result.trend,
        evidence=result.evidence(),
        analyzed_at=now(),
    )
