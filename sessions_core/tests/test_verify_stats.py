"""Tests that ``verify_stats`` reports each wrong figure, and corrects it."""

import pytest
from django.core.management import CommandError, call_command

from sessions_core.lifecycle import end
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import PracticeDay, Session

from .builders import actor_of, learner, vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    actor = actor_of(learner())
    activity = vocabulary()
    session = start(actor, "portal", Wishes(activity_id=activity.pk, item_count=4))
    for item in activity.items.filter(pk__in=session.plan.item_ids):
        answer([Submission(actor, session.pk, item.pk, item.answer, 1500)])
    return end.complete(actor, session.pk, route="test")


def test_what_the_verbs_keep_does_not_drift(session, capsys):
    call_command("verify_stats")
    assert capsys.readouterr().out == "No drift.\n"


@pytest.mark.parametrize(
    ("model", "field", "wrong"),
    [
        (Session, "attempt_count", 7),
        (Session, "correct_count", 1),
        (Session, "answered_count", 9),
        (Session, "best_streak", 0),
        (Session, "response_ms", 1),
        (Session, "last_seq", 99),
        (Session, "mastered_count", 3),
        (Session, "answered_mask", b"\x01"),
        (Session, "active_ms", 86400000),
        (PracticeDay, "seconds", 5000),
        (PracticeDay, "started", 0),
        (PracticeDay, "completed", 2),
        (PracticeDay, "correct", 0),
    ],
)
def test_a_drift_is_named_and_mended(session, capsys, model, field, wrong):
    right = getattr(model.objects.get(), field)
    model.objects.update(**{field: wrong})
    with pytest.raises(CommandError, match="drifted"):
        call_command("verify_stats")
    assert f"{field} is {wrong!r}" in capsys.readouterr().out
    call_command("verify_stats", fix=True)
    assert getattr(model.objects.get(), field) == right
    capsys.readouterr()
    call_command("verify_stats")
    assert capsys.readouterr().out == "No drift.\n"


def test_a_lost_day_is_found(session, capsys):
    PracticeDay.objects.all().delete()
    call_command("verify_stats", fix=True)
    assert PracticeDay.objects.get().ended == 1
    assert "started is 0, recounted 1" in capsys.readouterr().out


def test_the_days_are_rebuilt_from_nothing(session):
    day = PracticeDay.objects.values().get()
    PracticeDay.objects.all().delete()
    call_command("verify_stats", fix=True)
    rebuilt = PracticeDay.objects.values().get()
    assert {**rebuilt, "id": day["id"]} == day
