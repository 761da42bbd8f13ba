"""Tests that the demo is complete, is created once, and never changes real data."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone

from analytics.models import SupervisorLink, TherapistSession
from langportal.demo import history
from langportal.demo.people import PASSWORD
from sessions_core.grading import Question
from sessions_core.grading.default import DefaultJudge
from sessions_core.models import Attempt, Item, PracticeDay, Session

pytestmark = pytest.mark.django_db
NAMES = {
    "learner",
    "learner2",
    "learner3",
    "newcomer",
    "therapist",
    "therapist2",
    "therapist3",
    "supervisor",
    "evaluator",
    "staff",
}


def seed(*options: str) -> str:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("seed_demo", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disables the history, which takes most of the time, for tests that do not need it."""
    monkeypatch.setattr(history, "HABITS", ())


def is_accepted(item_id: str, given: str) -> bool:
    item = Item.objects.get(pk=item_id)
    question = Question(item.pk, item.type, item.answer, tuple(item.alternatives), False)
    return DefaultJudge().judge(question, given, lambda form: False).correct


@pytest.mark.usefixtures("no_history")
def test_prints_one_json_object_that_a_client_can_work_from() -> None:
    seeded = json.loads(seed("--json"))
    assert set(seeded) == {"users", "activities", "exercises", "sequences"}
    assert set(seeded["users"]) == NAMES
    for name, user in seeded["users"].items():
        assert set(user) == {"id", "username", "password"}
        assert User.objects.get(username=name).pk == user["id"]
        assert User.objects.get(username=name).check_password(user["password"])
    first = seeded["activities"][0]
    assert len(first["items"]) >= 20
    assert all(is_accepted(item["item_id"], item["answer"]) for item in first["items"])
    assert len(seeded["exercises"]) >= 60
    assert all(is_accepted(item["exercise_id"], item["answer"]) for item in seeded["exercises"])
    assert len(seeded["sequences"]) == 2
    assert all(
        pose["duration_seconds"] > 0 for each in seeded["sequences"] for pose in each["poses"]
    )


def test_the_history_is_what_sixty_days_of_practice_leave() -> None:
    seed()
    sessions = Session.objects.filter(standalone=False)
    assert not Session.objects.filter(user__username="newcomer").exists()
    now = timezone.now()
    assert all(now - timedelta(days=62) < s.started_at < s.ended_at < now for s in ended(sessions))
    assert {"completed", "cancelled", "expired", "paused"} <= set(
        sessions.values_list("status", flat=True)
    )
    learner = User.objects.get(username="learner")
    days = PracticeDay.objects.filter(user=learner)
    assert days.count() > 10
    assert sum(day.ended for day in days) == ended(sessions.filter(user=learner)).count()
    for session in sessions.filter(user=learner):
        rows = Attempt.objects.filter(session=session)
        assert session.attempt_count == rows.count()
        assert session.correct_count == rows.filter(correct=True).count()


def ended(sessions: Any) -> Any:
    return sessions.exclude(ended_at=None)


def test_a_second_run_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "HABITS", history.HABITS[:1])
    seed()
    before = counts()
    assert all(before)
    seed()
    assert counts() == before


def counts() -> list[int]:
    return [model.objects.count() for model in (User, Item, Session, Attempt, PracticeDay)]


def test_refuses_where_neither_debug_nor_demo_is_on() -> None:
    with override_settings(DEBUG=False, DEMO=False), pytest.raises(CommandError, match="--force"):
        call_command("seed_demo")
    assert not User.objects.exists()


@pytest.mark.usefixtures("no_history")
def test_the_supervisor_is_linked_and_the_therapists_have_a_past() -> None:
    seed()
    seed()
    links = SupervisorLink.objects.in_force().values_list("supervisor__username", "therapist")
    named = {(by, User.objects.get(pk=whom).username) for by, whom in links}
    assert named == {("supervisor", "therapist"), ("supervisor", "therapist3")}
    assert links.count() == 2
    assert User.objects.get(username="supervisor").groups.get().name == "supervisor"
    assert TherapistSession.objects.count() == 15
    newest = TherapistSession.objects.filter(therapist__username="therapist").latest("started_at")
    assert newest.status == "completed"
    assert newest.progress > 0
    authors = set(newest.evaluations.values_list("evaluator__username", flat=True))
    assert authors == {"supervisor", "evaluator"}


@pytest.mark.usefixtures("no_history")
def test_refuses_a_database_with_people_in_it() -> None:
    User.objects.create(username="maria", email="maria@school.example")
    with pytest.raises(CommandError, match="--force"):
        seed()
    assert User.objects.count() == 1
    seed("--force")
    assert User.objects.filter(username="learner").exists()


@pytest.mark.usefixtures("no_history")
def test_never_takes_over_an_account_of_the_same_name() -> None:
    real = User.objects.create_user("staff", "staff@school.example", "their own secret")
    with pytest.raises(CommandError, match="somebody else"):
        seed("--force")
    real.refresh_from_db()
    assert real.check_password("their own secret")
    assert not User.objects.filter(username="learner").exists()


@pytest.mark.usefixtures("no_history")
def test_the_printed_password_works_again_after_it_was_changed() -> None:
    seed()
    learner = User.objects.get(username="learner")
    learner.set_password("something else")
    learner.save()
    seed()
    learner.refresh_from_db()
    assert learner.check_password(PASSWORD)
