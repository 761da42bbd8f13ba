"""The server's clock, replaceable by ``SESSIONS_CLOCK``."""

from datetime import datetime

from .app_settings import app_settings


def now() -> datetime:
    """The present moment, timezone-aware."""
    return app_settings.load("CLOCK")()
