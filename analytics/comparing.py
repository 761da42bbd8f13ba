"""Compares two sessions of one therapist: what changed, and whether it is more than noise.

The result is based on the mean change of the skills that both sessions measured, or else on
progress. A single test decides, so that the configured rate of false alarms applies to the result.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from .app_settings import app_settings
from .measurements import SessionMeasurements, measurements_of, other_sessions_of
from .models import TherapistSession, Trend
from .norms import PROGRESS, RESPONSE_TIME, norm_for
from .reliable_change import Change, Norm, change_of

TRENDS = {1: Trend.IMPROVING, 0: Trend.STABLE, -1: Trend.DECLINING}


@dataclass(frozen=True, slots=True)
class Metrics:
    """Changes from the earlier to the later session. ``None`` means unknown.

    ``response_time`` is in seconds and positive when the response became faster.
    """

    progress: float | None = None
    skill_score: float | None = None
    response_time: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    change: Change
    norm: Norm


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """``overall`` is None if there is too little data; the trend is then stable."""

    metrics: Metrics
    basis: str | None = None
    overall: Change | None = None
    measures: list[Measure] = field(default_factory=list)

    @property
    def trend(self) -> Trend:
        return TRENDS[self.overall.direction] if self.overall else Trend.STABLE

    @property
    def improvement_score(self) -> float:
        """The percentile of the change among unchanged pairs, 0 to 100; 50 means no change."""
        return round(self.overall.percentile, 1) if self.overall else 50.0

    def evidence(self) -> dict[str, Any]:
        """Returns the figures behind the trend, under the names of the API."""
        return {
            "insufficientData": self.overall is None,
            "basis": self.basis,
            **(_figures(self.overall) if self.overall else {}),
            "measures": [
                {
                    "measure": measure.name,
                    **_figures(measure.change),
                    "trend": TRENDS[measure.change.direction],
                    "spread": measure.norm.spread,
                    "reliability": round(measure.norm.reliability, 4),
                    "source": measure.norm.source,
                }
                for measure in self.measures
            ],
        }


def compare(
    current: TherapistSession,
    previous: TherapistSession,
    scope: QuerySet[TherapistSession],
    given: Metrics = Metrics(),
) -> ComparisonResult:
    """Compares the two sessions. Changes that the client measured (``given``) take precedence.

    Noise is estimated from ``scope`` alone, so that the result reveals nothing about sessions that
    the reader may not see.
    """
    both = measurements_of([current, previous])
    now, then = both[current.pk], both[previous.pk]
    past = other_sessions_of(current.therapist_id, scope, exclude=[current.pk, previous.pk])
    return compare_measurements(now, then, past, given)


def compare_measurements(
    now: SessionMeasurements,
    then: SessionMeasurements,
    past: list[SessionMeasurements],
    given: Metrics = Metrics(),
) -> ComparisonResult:
    """Like ``compare``, for loaded measurements. Noise is estimated from ``past``."""
    metrics = _metrics(now, then, given)
    shared = sorted(now.skills.keys() & then.skills.keys())
    skills = [
        measure
        for skill in shared
        if (measure := _measure(skill, now.skills[skill] - then.skills[skill], past))
    ]
    others = [
        measure
        for name, change in ((PROGRESS, metrics.progress), (RESPONSE_TIME, metrics.response_time))
        if change is not None and (measure := _measure(name, change, past))
    ]
    basis, overall = _overall(metrics, given, skills, past)
    return ComparisonResult(metrics, basis, overall, [*skills, *others])


def _metrics(now: SessionMeasurements, then: SessionMeasurements, given: Metrics) -> Metrics:
    shared = now.skills.keys() & then.skills.keys()
    changes = [now.skills[skill] - then.skills[skill] for skill in shared]
    return Metrics(
        progress=_first(given.progress, _difference(now.progress, then.progress)),
        skill_score=_first(given.skill_score, sum(changes) / len(changes) if changes else None),
        response_time=_first(
            given.response_time, _difference(then.response_time, now.response_time)
        ),
    )


def _overall(
    metrics: Metrics, given: Metrics, skills: list[Measure], past: list[SessionMeasurements]
) -> tuple[str | None, Change | None]:
    norms = [measure.norm for measure in skills]
    if given.skill_score is not None:
        # The client may post a mean without scores; its noise is then taken as that of one score.
        lone = norm_for("score", [])
        return _judged("skillScores", given.skill_score, norms or ([lone] if lone else []))
    if metrics.skill_score is not None:
        # Mean and error must cover the same skills, so only those with a known noise count.
        changes = [measure.change.change for measure in skills]
        return _judged("skillScores", sum(changes) / len(changes) if changes else 0.0, norms)
    if metrics.progress is not None:
        norm = norm_for(PROGRESS, _past_scores(PROGRESS, past))
        return _judged(PROGRESS, metrics.progress, [norm] if norm else [])
    return None, None


def _judged(basis: str, change: float, norms: list[Norm]) -> tuple[str | None, Change | None]:
    if not norms:
        return None, None
    return basis, change_of(change, norms, app_settings.SIGNIFICANCE)


def _measure(name: str, change: float, past: list[SessionMeasurements]) -> Measure | None:
    norm = norm_for(name, _past_scores(name, past))
    if norm is None:
        return None
    return Measure(name, change_of(change, [norm], app_settings.SIGNIFICANCE), norm)


def _past_scores(name: str, past: list[SessionMeasurements]) -> list[float]:
    fixed = {PROGRESS: "progress", RESPONSE_TIME: "response_time"}
    if name in fixed:
        scores = [getattr(session, fixed[name]) for session in past]
    else:
        scores = [session.skills.get(name) for session in past]
    return [score for score in scores if score is not None]


def _figures(change: Change) -> dict[str, float]:
    return {
        "change": round(change.change, 4),
        "standardError": round(change.standard_error, 4),
        "smallestDetectableChange": round(change.smallest_detectable, 4),
        "reliableChangeIndex": round(change.index, 4),
        "practiceEffect": round(change.practice, 4),
        "practiceAdjustedIndex": round(change.adjusted_index, 4),
        "criticalValue": round(change.critical, 4),
    }


def _difference(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else later - earlier


def _first(given: float | None, computed: float | None) -> float | None:
    return computed if given is None else given
