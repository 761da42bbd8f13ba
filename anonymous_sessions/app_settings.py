"""Defaults of the settings ``ANONYMOUS_SESSIONS_*``. The host's value is read on each access."""

from typing import Any

from django.conf import settings


class AppSettings:
    prefix = "ANONYMOUS_SESSIONS_"

    COOKIE_NAME: str = "concept_session"
    COOKIE_DOMAIN: str | None = None
    # None means Secure unless DEBUG is on.
    COOKIE_SECURE: bool | None = None
    # Days until a session without activity expires; also the cookie's Max-Age.
    LIFETIME_DAYS: int = 30
    # Minimum of seconds between two writes of "last active".
    TOUCH_SECONDS: int = 60

    # The counters and their limits; see docs/anonymous_sessions.md.
    QUOTAS: dict[str, dict[str, Any]] = {
        "concept_generation": {
            "counter": "concepts_generated",
            "limit": 10,
            "window": "calendar_month",
        },
        "concept_refinement": {
            "counter": "concepts_refined",
            "limit": 10,
            "window": "rolling",
            "seconds": 24 * 3600,
        },
        "concept_storage": {"counter": "concepts_stored", "limit": None},
    }
    # Storing a concept is charged to this quota.
    STORAGE_QUOTA: str = "concept_storage"

    # Bounds of the stored JSON: bytes, levels of nesting, number of concepts.
    MAX_CONCEPT_BYTES: int = 16 * 1024
    MAX_PREFERENCES_BYTES: int = 8 * 1024
    MAX_DEPTH: int = 8
    MAX_CONCEPTS: int = 500

    # Minutes that a transfer code is valid; hours that an adoption can be undone.
    TRANSFER_MINUTES: int = 10
    UNDO_HOURS: int = 24
    # Whether signing in (Django's signal user_logged_in) adopts the browser's session.
    ADOPT_ON_LOGIN: bool = True
    # Prefixes of paths, such as "/api/v1/sessions/", where ``GuestAuthentication`` accepts an
    # anonymous session as a learner.
    GUEST_PATHS: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name.isupper():
            full = object.__getattribute__(self, "prefix") + name
            return getattr(settings, full, object.__getattribute__(self, name))
        return object.__getattribute__(self, name)


app_settings = AppSettings()
