"""A session's clock as its socket shows it."""

from dataclasses import dataclass
from datetime import datetime

from ..lifecycle.scoring import seconds
from ..models import Session, Status
from .definitions import TIME_UPDATE
from .wire import Message, message


@dataclass(frozen=True, slots=True)
class Clock:
    """The time ledger of a session's row, kept while it is watched."""

    status: str
    time_limit: int | None
    active_ms: int
    running_since: datetime | None

    @classmethod
    def of(cls, session: Session) -> "Clock":
        return cls(session.status, session.time_limit, session.active_ms, session.running_since)

    @property
    def ticks(self) -> bool:
        return self.status == Status.ACTIVE and self.time_limit is not None

    def _elapsed_ms(self, now: datetime) -> int:
        if self.running_since is None:
            return self.active_ms
        return self.active_ms + max(0, int((now - self.running_since).total_seconds() * 1000))

    def ran_out(self, now: datetime) -> bool:
        limit = self.time_limit
        return self.ticks and limit is not None and self._elapsed_ms(now) >= limit * 1000

    def reading(self, now: datetime) -> Message | None:
        """The ``time_update`` of this moment; None where there is no limit."""
        if self.time_limit is None:
            return None
        elapsed = min(self.time_limit, seconds(self._elapsed_ms(now)))
        return message(TIME_UPDATE, {"elapsed": elapsed, "remaining": self.time_limit - elapsed})
