"""The app's settings: ``SESSIONS_*`` in the host's settings, typed, with these defaults.

Read once, because every answer asks for several, and again when a test overrides one.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

_DEFAULT_ALPHABET = "kVzHgQmNbYxRcWpLdTsJfDnGvKwZhBqMrPjXtCyFSaeiouAEIOUl"


class AppSettings:
    prefix = "SESSIONS_"

    # Public ids. Change the alphabet once, before the first session is handed out.
    PUBLIC_ID_ALPHABET: str = _DEFAULT_ALPHABET
    PUBLIC_ID_MIN_LENGTH: int = 8

    # Defaults of a portal session's settings.
    DEFAULT_WORD_COUNT: int = 20
    DEFAULT_DIFFICULTY: str = "medium"
    DEFAULT_TIME_LIMIT: int | None = None
    # IANA zone of a session whose caller names none.
    DEFAULT_ZONE: str = "UTC"

    # Replaceable parts, by dotted path.
    JUDGE: str = "sessions_core.grading.DefaultJudge"
    SCHEDULER: str = "sessions_core.scheduling.FSRSScheduler"
    CLOCK: str = "sessions_core.clock.utc"
    # How visitors without an account sign in at a socket (``realtime.guests.GuestSignIn``); by
    # default they do not.
    GUEST_SIGN_IN: str = "sessions_core.realtime.guests.NoGuests"

    # Seed of the choice of items; None draws one for each session.
    SCHEDULER_SEED: int | None = None

    # Keeps the live events of deployments on one channel layer apart: each has its own.
    LIVE_PREFIX: str = "sessions"
    # Seconds between two time_update events of a socket.
    TIME_UPDATE_SECONDS: float = 1.0
    # Events replayed to a socket before it is told to resync instead.
    REPLAY_LIMIT: int = 1000
    # Seconds for which a verified token is trusted before it is checked again.
    TOKEN_TRUST_SECONDS: float = 15.0

    # The most seconds that a gap between two activities counts as practice, in the portal and the
    # exercises, unless the client tells the duration.
    IDLE_SECONDS: int = 900

    # Whether the hot operations are taken in front of Django (ASGI only).
    FAST_PATH: bool = True
    # Middleware that the fast path may pass by, by dotted path, besides Django's own. While any
    # other stands in MIDDLEWARE, every request goes through Django.
    FAST_PATH_PASSES_BY: Sequence[str] = ()

    # Limits: {scope: [(count, seconds), …]}, per user.
    LIMITS: dict[str, list[tuple[int, int]]] = {
        "session_start": [(30, 3600)],
        "progress": [(120, 60)],
        "session_complete": [(30, 3600)],
    }

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def read(self, **kwargs: Any) -> None:
        self._loaded.clear()
        for name, default in vars(type(self)).items():
            if name.isupper():
                setattr(self, name, getattr(settings, self.prefix + name, default))

    def load(self, name: str) -> Any:
        """The object that the dotted-path setting ``name`` points at."""
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = import_string(getattr(self, name))
        return found


app_settings = AppSettings()
app_settings.read()
setting_changed.connect(app_settings.read, dispatch_uid="sessions_core.app_settings")
