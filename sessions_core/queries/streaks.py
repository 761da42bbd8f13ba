"""Day streaks: runs of calendar days with practice, bridged by freezes. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_PER_FREEZE = 7
MAX_FREEZES = 2


@dataclass(frozen=True, slots=True)
class DayStreak:
    """``current`` and ``longest`` count practised days. ``frozen`` are the days a freeze bridged
    in the current streak; ``freezes`` are those left. ``began`` is the current streak's first day.
    """

    current: int = 0
    longest: int = 0
    freezes: int = 0
    began: date | None = None
    frozen: tuple[date, ...] = ()


def day_streak(practised: Iterable[date], today: date) -> DayStreak:
    """The streak as of ``today``, which is not missed before it is over.

    Every seventh practised day in a row earns a freeze, two are kept at the most, and each
    bridges one missed day. ``practised`` may come in any order; days after ``today`` (travel
    westwards) count as they are.
    """
    streak = DayStreak()
    last: date | None = None
    for day in sorted(set(practised)):
        streak = _missed(streak, last, day)
        streak = _practised(streak, day)
        last = day
    return _missed(streak, last, today)


def _missed(streak: DayStreak, last: date | None, day: date) -> DayStreak:
    """``streak`` after the days between ``last`` and ``day``, none of them practised."""
    if last is None or day <= last:
        return streak
    gap = [last + timedelta(days=n) for n in range(1, (day - last).days)]
    if len(gap) > streak.freezes:
        return DayStreak(longest=streak.longest)
    return DayStreak(
        current=streak.current,
        longest=streak.longest,
        freezes=streak.freezes - len(gap),
        began=streak.began,
        frozen=(*streak.frozen, *gap),
    )


def _practised(streak: DayStreak, day: date) -> DayStreak:
    current = streak.current + 1
    earned = int(current % DAYS_PER_FREEZE == 0)
    return DayStreak(
        current=current,
        longest=max(streak.longest, current),
        freezes=min(MAX_FREEZES, streak.freezes + earned),
        began=streak.began or day,
        frozen=streak.frozen,
    )
