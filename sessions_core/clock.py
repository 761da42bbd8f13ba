"""The server's clock, replaceable by ``SESSIONS_CLOCK``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from .app_settings import app_settings

_standing: ContextVar[datetime | None] = ContextVar("sessions_clock", default=None)


def now() -> datetime:
    """The present moment, timezone-aware."""
    return _standing.get() or app_settings.load("CLOCK")()


def utc() -> datetime:
    """The default. Django's own looks each time whether the project has time zones."""
    return datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at ``moment`` (timezone-aware) for what runs in the block.

    For making a past: imports of records, demos, tests. Other threads and tasks keep their time.
    """
    before = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(before)
