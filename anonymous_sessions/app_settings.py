"""The app's settings: ``ANONYMOUS_SESSIONS_*`` in the host's settings, read on each use."""

from typing import Any

from django.conf import settings


class AppSettings:
    prefix = "ANONYMOUS_SESSIONS_"

    COOKIE_NAME: str = "concept_session"
    COOKIE_DOMAIN: str | None = None
    # None: Secure wherever DEBUG is off.
    COOKIE_SECURE: bool | None = None
    # Days a session lives after its last activity; the cookie's Max-Age too.
    LIFETIME_DAYS: int = 30
    # Seconds between two writes of "last active".
    TOUCH_SECONDS: int = 60

    # What is counted and how much of it is allowed; see docs/anonymous_sessions.md.
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
    # The quota that storing a concept is charged to.
    STORAGE_QUOTA: str = "concept_storage"

    # Bytes of JSON, levels of nesting, number of concepts.
    MAX_CONCEPT_BYTES: int = 16 * 1024
    MAX_PREFERENCES_BYTES: int = 8 * 1024
    MAX_DEPTH: int = 8
    MAX_CONCEPTS: int = 500

    # Minutes a transfer code can be used; hours an adoption can be undone.
    TRANSFER_MINUTES: int = 10
    UNDO_HOURS: int = 24
    # Signing in (Django's user_logged_in signal) adopts the browser's session.
    ADOPT_ON_LOGIN: bool = True
    # Beginnings of addresses where ``GuestAuthentication`` lets an anonymous session in as a
    # learner, such as "/api/v1/sessions/". None by default.
    GUEST_PATHS: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name.isupper():
            full = object.__getattribute__(self, "prefix") + name
            return getattr(settings, full, object.__getattribute__(self, name))
        return object.__getattribute__(self, name)


app_settings = AppSettings()
