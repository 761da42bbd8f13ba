"""Defaults of the settings ``ANALYTICS_*``. The host's value is looked up on each access."""

from typing import Any

from django.conf import settings


class AppSettings:
    # Properties of each measure: a skill's name, "progress" or "responseTime" (seconds).
    # {"Empathy": {"spread": 9.0, "reliability": 0.85, "practice": 1.5}}: the standard deviation
    # between people, the test-retest reliability, and the mean gain that practice alone brings.
    RELIABILITY: dict[str, dict[str, float]] = {}
    # Used for a measure that is not named above and cannot be estimated. None: no result then.
    ASSUMED_RELIABILITY: dict[str, dict[str, float]] | None = {
        "score": {"spread": 10.0, "reliability": 0.8},
        "responseTime": {"spread": 2.0, "reliability": 0.8},
    }
    # Number of other sessions that are needed to estimate a therapist's own variation.
    MIN_SESSIONS_TO_ESTIMATE: int = 6
    # Two-sided rate of false alarms: unchanged pairs that may be reported as changed.
    SIGNIFICANCE: float = 0.05

    # {skill name: category}; a skill not named here is "therapeutic".
    SKILL_CATEGORIES: dict[str, str] = {}

    # Seconds between two checks of whether a live socket may stay open.
    SOCKET_RECHECK_SECONDS: float = 10.0

    def __getattribute__(self, name: str) -> Any:
        if name.isupper():
            return getattr(settings, f"ANALYTICS_{name}", object.__getattribute__(self, name))
        return object.__getattribute__(self, name)


app_settings = AppSettings()
