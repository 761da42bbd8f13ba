"""The quotas declared in the settings, and a session's usage of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .app_settings import app_settings
from .errors import UnknownQuota
from .models import Usage
from .windows import KINDS


@dataclass(frozen=True, slots=True)
class Quota:
    """A ``limit`` of ``None`` only counts. A calendar month ignores ``seconds``."""

    name: str
    counter: str
    limit: int | None = None
    window: str = "calendar_month"
    seconds: int = 0

    def ends(self, now: datetime) -> datetime:
        return KINDS[self.window](now, self.seconds)

    def resets_at(self, now: datetime) -> datetime | None:
        """Returns the end of a window that a use at ``now`` starts; ``None`` without a limit."""
        return None if self.limit is None else self.ends(now)


@dataclass(frozen=True, slots=True)
class QuotaState:
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
    """Returns the total charges by counter. Several quotas may share a counter."""
    quotas = declared()
    stats = dict.fromkeys((quota.counter for quota in quotas.values()), 0)
    for row in rows:
        if row.quota in quotas:
            stats[quotas[row.quota].counter] += row.total
    return stats


def quota_states(rows: Iterable[Usage], now: datetime) -> dict[str, QuotaState]:
    """Returns the state at ``now`` of each quota with a limit."""
    by_quota = {row.quota: row for row in rows}
    return {
        quota.name: _state(quota, quota.limit, by_quota.get(quota.name), now)
        for quota in declared().values()
        if quota.limit is not None
    }


def _state(quota: Quota, limit: int, row: Usage | None, now: datetime) -> QuotaState:
    if row is not None and row.resets_at is not None and row.used_at(now):
        return QuotaState(limit, max(0, limit - row.used), row.resets_at)
    return QuotaState(limit, limit, quota.ends(now))
