"""Day streaks: what counts, what a freeze bridges."""

from datetime import date, timedelta

import pytest

from sessions_core.queries.streaks import DayStreak, day_streak

TODAY = date(2025, 12, 5)


def days(*ago):
    return [TODAY - timedelta(days=n) for n in ago]


@pytest.mark.parametrize(
    ("practised", "current", "longest"),
    [
        ([], 0, 0),
        (days(0), 1, 1),
        (days(1), 1, 1),  # today is not over
        (days(2), 0, 1),
        (days(0, 1, 2), 3, 3),
        (days(0, 1, 3, 4, 5), 2, 3),
        (days(0, 0, 0), 1, 1),
    ],
)
def test_runs_of_days(practised, current, longest):
    streak = day_streak(practised, TODAY)
    assert (streak.current, streak.longest) == (current, longest)


def test_seven_days_earn_a_freeze_that_bridges_one_missed_day():
    streak = day_streak(days(*range(2, 9), 0), TODAY)
    assert streak == DayStreak(
        current=8,
        longest=8,
        freezes=0,
        began=TODAY - timedelta(days=8),
        frozen=(TODAY - timedelta(days=1),),
    )


def test_two_freezes_are_kept_at_the_most():
    assert day_streak(days(*range(40)), TODAY).freezes == 2


def test_more_missed_days_than_freezes_end_it():
    streak = day_streak(days(*range(3, 10), 0), TODAY)
    assert (streak.current, streak.longest) == (1, 7)


def test_the_order_in_which_days_come_does_not_matter():
    assert day_streak(days(2, 0, 1), TODAY) == day_streak(days(0, 1, 2), TODAY)
