"""The quotas that the settings declare, and how much of them a session has left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .app_settings import app_settings
from .errors import UnknownQuota
from .models import Usage
from .windows import KINDS


@dataclass(frozen=True, slots=True)
class Quota:
    """``limit`` ``None`` counts without a bound. ``seconds`` is unused by a calendar month."""

    name: str
    counter: str
    limit: int | None = None
    window: str = "calendar_month"
    seconds: int = 0

    def ends(self, now: datetime) -> datetime:
        return KINDS[self.window](now, self.seconds)

    def resets_at(self, now: datetime) -> datetime | None:
        """When a window that is open at ``now``, or opened by a use at ``now``, ends."""
        return None if self.limit is None else self.ends(now)


@dataclass(frozen=True, slots=True)
class Standing:
    limit: int
    remaining: int
    reset_at: datetime


def declared() -> dict[str, Quota]:
    return {name: Quota(name, **given) for name, given in app_settings.QUOTAS.items()}


def get(name: str) -> Quota:
    try:
        return declared()[name]
    except KeyError:
        raise UnknownQuota(name) from None


def usage_stats(rows: Iterable[Usage]) -> dict[str, int]:
    """What was ever charged, by counter. Several quotas may share one."""
    quotas = declared()
    stats = dict.fromkeys((quota.counter for quota in quotas.values()), 0)
    for row in rows:
        if row.quota in quotas:
            stats[quotas[row.quota].counter] += row.total
    return stats


def standings(rows: Iterable[Usage], now: datetime) -> dict[str, Standing]:
    """Every limited quota as it stands at ``now``."""
    by_quota = {row.quota: row for row in rows}
    return {
        quota.name: _standing(quota, quota.limit, by_quota.get(quota.name), now)
        for quota in declared().values()
        if quota.limit is not None
    }


def _standing(quota: Quota, limit: int, row: Usage | None, now: datetime) -> Standing:
    if row is not None and row.resets_at is not None and row.used_at(now):
        return Standing(limit, max(0, limit - row.used), row.resets_at)
    return Standing(limit, limit, quota.ends(now))
