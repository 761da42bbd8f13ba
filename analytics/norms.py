"""Finds a measure's spread and reliability: from settings, the therapist's past, or assumptions.

The first source that has them is used, and every comparison states which one that was.
"""

from collections.abc import Sequence
from statistics import stdev

from .app_settings import app_settings
from .reliable_change import Norm

PROGRESS = "progress"
RESPONSE_TIME = "responseTime"


def norm_for(measure: str, past: Sequence[float]) -> Norm | None:
    """Returns the norm of ``measure``, or ``None`` with too little data.

    ``past`` are the scores of other sessions.
    """
    known = app_settings.RELIABILITY.get(measure)
    if known is not None:
        return Norm(known["spread"], known["reliability"], known.get("practice", 0.0))
    assumed = _assumed(measure)
    if len(past) >= app_settings.MIN_SESSIONS_TO_ESTIMATE:
        return _estimated(past, assumed) or assumed
    return assumed


def _estimated(past: Sequence[float], assumed: Norm | None) -> Norm | None:
    """Estimates the noise from the variation within the person; a trend only increases it.

    With the spread between people, reliability is ``1 - within² / between²``. Returns ``None`` if
    all scores are equal, which shows a coarse scale rather than a measure without noise.
    """
    within = stdev(past)
    if within == 0:
        return None
    between = max(assumed.spread if assumed else within, within)
    reliability = 1.0 - (within / between) ** 2
    return Norm(between, reliability, degrees_of_freedom=len(past) - 1, source="estimated")


def _assumed(measure: str) -> Norm | None:
    assumptions = app_settings.ASSUMED_RELIABILITY
    if assumptions is None:
        return None
    values = assumptions.get(measure) or assumptions["score"]
    return Norm(values["spread"], values["reliability"], source="assumed")
