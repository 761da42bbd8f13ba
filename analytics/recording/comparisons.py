"""A comparison of two sessions, with the verdict as it stands now."""

from sessions_core.clock import now

from ..comparing import Metrics, compare
from ..models import Comparison, TherapistSession


def record(
    current: TherapistSession,
    previous: TherapistSession,
    given: Metrics,
    improvement_score: float | None,
) -> Comparison:
    """``given`` and the score are the client's; what is None is computed from the sessions."""
    verdict = compare(current, previous, TherapistSession.objects.all(), given)
    return Comparison.objects.create(
        therapist_id=current.therapist_id,
        current=current,
        previous=previous,
        improvement_score=(
            verdict.improvement_score if improvement_score is None else improvement_score
        ),
        progress_improvement=verdict.metrics.progress,
        skill_score_improvement=verdict.metrics.skill_score,
        response_time_improvement=verdict.metrics.response_time,
        trend=verdict.trend,
        evidence=verdict.evidence(),
        analyzed_at=now(),
    )
