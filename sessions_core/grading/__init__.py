"""Judges answers. A host can replace the ``Judge`` by the setting ``SESSIONS_JUDGE``."""

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
