"""The app's settings: ``ANALYTICS_*`` in the host's settings, typed, lazy, with these defaults."""

from typing import Any

from django.conf import settings


class AppSettings:
    # Measurement properties by measure: a skill's name, "progress" or "responseTime" (seconds).
    # {"Empathy": {"spread": 9.0, "reliability": 0.85, "practice": 1.5}}: the standard deviation
    # between people, the test-retest reliability, and the mean gain that practice alone brings.
    RELIABILITY: dict[str, dict[str, float]] = {}
    # Assumed where a measure is neither named above nor estimable; None calls that too little data.
    ASSUMED_RELIABILITY: dict[str, dict[str, float]] | None = {
        "score": {"spread": 10.0, "reliability": 0.8},
        "responseTime": {"spread": 2.0, "reliability": 0.8},
    }
    # Sessions, besides the two compared, from which a therapist's own noise is estimated.
    MIN_SESSIONS_TO_ESTIMATE: int = 6
    # Share of unchanged pairs that may be called changed, both directions together.
    SIGNIFICANCE: float = 0.05

    # {skill name: category}; a skill not named here is "therapeutic".
    SKILL_CATEGORIES: dict[str, str] = {}

    # Seconds between two checks of a live socket's right to be open.
    SOCKET_RECHECK_SECONDS: float = 10.0

    def __getattribute__(self, name: str) -> Any:
        if name.isupper():
            return getattr(settings, f"ANALYTICS_{name}", object.__getattribute__(self, name))
        return object.__getattribute__(self, name)


app_settings = AppSettings()
