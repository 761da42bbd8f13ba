"""Where a measure's spread and reliability come from: settings, the therapist's own past, or an
assumption, in this order. The source is told with every verdict.
"""

from collections.abc import Sequence
from statistics import stdev

from .app_settings import app_settings
from .reliable_change import Norm

PROGRESS = "progress"
RESPONSE_TIME = "responseTime"


def norm_for(measure: str, past: Sequence[float]) -> Norm | None:
    """How ``measure`` behaves; ``past`` are scores of other sessions. ``None``: too little data."""
    known = app_settings.RELIABILITY.get(measure)
    if known is not None:
        return Norm(known["spread"], known["reliability"], known.get("practice", 0.0))
    assumed = _assumed(measure)
    if len(past) >= app_settings.MIN_SESSIONS_TO_ESTIMATE:
        return _estimated(past, assumed) or assumed
    return assumed


def _estimated(past: Sequence[float], assumed: Norm | None) -> Norm | None:
    """The scatter within the person is the noise; a trend in it only widens it, which is safe.

    With the spread between people, reliability is ``1 - within² / between²``. Scores that are all
    the same tell of a coarse scale, not of a measure without noise: ``None``.
    """
    within = stdev(past)
    if within == 0:
        return None
    between = max(assumed.spread if assumed else within, within)
    reliability = 1.0 - (within / between) ** 2
    return Norm(between, reliability, freedom=len(past) - 1, source="estimated")


def _assumed(measure: str) -> Norm | None:
    assumptions = app_settings.ASSUMED_RELIABILITY
    if assumptions is None:
        return None
    values = assumptions.get(measure) or assumptions["score"]
    return Norm(values["spread"], values["reliability"], source="assumed")
