"""Is an answer right? ``Judge`` is the replaceable part (``SESSIONS_JUDGE``)."""

from .default import DefaultJudge
from .nearness import Nearness, near_miss
from .normal import normalise
from .question import Judge, Judgement, Question

__all__ = [
    "DefaultJudge",
    "Judge",
    "Judgement",
    "Nearness",
    "Question",
    "near_miss",
    "normalise",
]
