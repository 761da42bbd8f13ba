"""Time zones by IANA name, and the calendar day a moment falls on."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    return name in _names()


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of ``moment`` in ``zone``."""
    return moment.astimezone(ZoneInfo(zone)).date()
