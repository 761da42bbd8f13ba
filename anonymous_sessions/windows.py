"""The kinds of windows of a quota: each computes the end of the window that starts now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Ends = Callable[[datetime, int], datetime]


def _calendar_month(now: datetime, seconds: int) -> datetime:
    """Returns the first moment of the next month, UTC."""
    year, month = divmod(now.astimezone(UTC).year * 12 + now.astimezone(UTC).month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _rolling(now: datetime, seconds: int) -> datetime:
    """Returns ``seconds`` after the first use, rounded up to the second that clients see."""
    whole = now.replace(microsecond=0) + timedelta(seconds=1 if now.microsecond else 0)
    return whole + timedelta(seconds=seconds)


def _fixed(now: datetime, seconds: int) -> datetime:
    """Returns the end of a fixed period, counted from 1970-01-01 UTC: 86,400 is the UTC day."""
    return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)


KINDS: dict[str, Ends] = {
    "calendar_month": _calendar_month,
    "rolling": _rolling,
    "fixed": _fixed,
}
