"""What a session earns its learner: once, and never by what is no practice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sessions_core import achievements
from sessions_core.achievements import Achievement
from sessions_core.models import AwardedAchievement, PracticeDay, Session, Status

from .builders import learner

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


def ended(user, correct=0, attempts=0, **fields):
    session = Session.objects.create(
        user=user,
        dialect="portal",
        started_at=NOW,
        ended_at=NOW,
        local_day=NOW.date(),
        attempt_count=attempts,
        correct_count=correct,
        **{"status": Status.COMPLETED, **fields},
    )
    achievements.award(session)
    return session


def won(session):
    return {achievement.name for achievement in achievements.awarded_in(session)}


@pytest.mark.parametrize(
    ("correct", "attempts", "names"),
    [
        (4, 5, {"Sharp Mind"}),
        (4, 4, set()),
        (79, 100, set()),
        (10, 10, {"Sharp Mind", "Flawless"}),
        (0, 0, set()),
    ],
)
def test_accuracy(correct, attempts, names):
    user = learner()
    ended(user)  # the first session earns an achievement of its own
    assert won(ended(user, correct, attempts)) == names


def test_a_run_of_ten():
    user = learner()
    assert "Ten in a Row" not in won(ended(user, best_streak=9))
    assert "Ten in a Row" in won(ended(user, best_streak=10))


def test_each_is_awarded_once_and_told_again_by_its_own_session():
    user = learner()
    first, second = ended(user, 5, 5), ended(user, 5, 5)
    assert won(first) == {"First Step", "Sharp Mind"}
    assert won(second) == set()
    achievements.award(first)
    assert won(first) == {"First Step", "Sharp Mind"}
    assert AwardedAchievement.objects.filter(user=user).count() == 2
    assert "Sharp Mind" in won(ended(learner("ben"), 5, 5)), "each learner has their own"


@pytest.mark.parametrize("fields", [{"standalone": True}, {"status": Status.CANCELLED}])
def test_what_is_no_practice_earns_nothing(fields):
    assert won(ended(learner(), 20, 20, best_streak=20, **fields)) == set()


def test_guests_earn_nothing():
    assert won(ended(None, 20, 20, guest=uuid4())) == set()
    assert not AwardedAchievement.objects.exists()


def test_the_first_completed_session_is_the_first_step_whatever_ended_otherwise_before():
    user = learner()
    assert won(ended(user, status=Status.EXPIRED)) == set()
    assert won(ended(user, standalone=True)) == set()
    assert won(ended(user)) == {"First Step"}


@pytest.mark.parametrize(
    ("days_ago", "earned"),
    [(range(7), True), (range(6), False), ([0, 1, 2, 3, 5, 6, 7], False), (range(1, 8), False)],
)
def test_seven_days_in_a_row(days_ago, earned):
    user = learner()
    for ago in days_ago:
        PracticeDay.objects.create(user=user, day=NOW.date() - timedelta(days=ago), ended=1)
    PracticeDay.objects.create(user=user, day=NOW.date() - timedelta(days=20), started=1)
    assert ("Seven Days" in won(ended(user))) == earned


def test_a_host_registers_its_own_and_may_withdraw_it(monkeypatch):
    monkeypatch.setattr(achievements, "_registry", {})
    achievements.register(
        Achievement("owl", "time", "Night Owl", "Late", lambda f: f.session.started_at.hour >= 12)
    )
    session = ended(learner())
    assert won(session) == {"Night Owl"}
    monkeypatch.setattr(achievements, "_registry", {})
    assert won(session) == set()


def test_what_was_won_before_is_not_written_again(django_assert_num_queries):
    user = learner()
    first = ended(user, 20, 20, best_streak=20)
    AwardedAchievement.objects.create(user=user, code="seven-days", session=first, awarded_at=NOW)
    again = ended(user, 20, 20, best_streak=20)
    with django_assert_num_queries(3):
        assert achievements.award(again) == []
