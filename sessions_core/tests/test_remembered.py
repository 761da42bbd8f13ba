"""Answers from memory: whatever happens to a session or its items in between is seen."""

import threading
from collections import OrderedDict
from contextlib import suppress
from datetime import timedelta
from random import Random
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sessions_core import clock
from sessions_core.errors import (
    NotYourSession,
    SessionBusy,
    SessionError,
    SessionFinished,
    SessionPaused,
    Unavailable,
)
from sessions_core.fastlane.commit import commit
from sessions_core.fastlane.waiting import Waiting
from sessions_core.lifecycle import finish, locked, pause, remembered
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission, Verdict
from sessions_core.models import Activity, Attempt, Item, Plan, Session

from .builders import actor_of, learner, vocabulary

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Practice:
    """A session that this process has just answered in."""

    def __init__(self, **wishes) -> None:
        self.actor = actor_of(learner())
        self.activity = vocabulary()
        self.session = start(
            self.actor, "portal", Wishes(activity_id=self.activity.pk, item_count=20, **wishes)
        )
        ids = Plan.objects.get(session=self.session).item_ids
        self.items = [Item.objects.get(pk=pk) for pk in ids]
        self.say("nothing like it")

    def say(self, text: str | None = None, place: int = 0, **given) -> Verdict | SessionError:
        """An answer to the item at ``place``, the right one unless ``text`` is given."""
        item = self.items[place]
        submission = Submission(
            given.pop("actor", self.actor),
            self.session.pk,
            item.pk,
            item.answer if text is None else text,
            1000,
            key=given.pop("key", None),
        )
        (result,) = answer([submission], **given)
        return result

    def stored(self) -> Session:
        return Session.objects.get(pk=self.session.pk)


@pytest.fixture
def practice() -> Practice:
    return Practice()


def test_the_next_answer_is_one_statement(practice) -> None:
    with CaptureQueriesContext(connection) as captured:
        verdict = practice.say()
    assert len(captured) == 1
    assert isinstance(verdict, Verdict)
    assert (verdict.seq, verdict.attempt_count, verdict.correct_count) == (2, 2, 1)
    session = practice.stored()
    assert (session.last_seq, session.attempt_count, session.correct_count) == (2, 2, 1)
    assert session.answered_count == 1
    assert session.response_ms == 2000
    assert Attempt.objects.filter(session=session).count() == 2


def test_many_sessions_share_the_statement(practice) -> None:
    actor = actor_of(learner("berta"))
    other = start(actor, "portal", Wishes(activity_id=practice.activity.pk))
    item_id = Plan.objects.get(session=other).item_ids[0]
    both = [
        Submission(actor, other.pk, item_id, "hola", 1000),
        Submission(practice.actor, practice.session.pk, practice.items[1].pk, "pan", 1000),
    ]
    answer(both)
    with CaptureQueriesContext(connection) as captured:
        results = answer(both)
    assert len(captured) == 1
    assert [result.session_id for result in results] == [other.pk, practice.session.pk]


def test_two_answers_of_a_session_at_once_are_both_counted(practice) -> None:
    submissions = [
        Submission(practice.actor, practice.session.pk, item.pk, item.answer, 1000)
        for item in practice.items[:3]
    ]
    assert [result.seq for result in answer(submissions)] == [2, 3, 4]
    assert practice.stored().correct_count == 3


def test_a_paused_session_takes_no_answer(practice) -> None:
    pause.pause(practice.actor, practice.session.pk, route="portal")
    assert isinstance(practice.say(), SessionPaused)
    pause.resume(practice.actor, practice.session.pk, route="portal")
    assert practice.say().seq == 4


def test_an_ended_session_takes_no_answer(practice) -> None:
    finish.complete(practice.actor, practice.session.pk, route="portal")
    assert isinstance(practice.say(), SessionFinished)
    assert Attempt.objects.count() == 1


def test_a_session_whose_time_is_over_takes_no_answer() -> None:
    practice = Practice(time_limit=60)
    with clock.standing_at(clock.now() + timedelta(seconds=61)):
        error = practice.say()
    assert isinstance(error, SessionFinished)
    assert error.status == "expired"


def test_a_session_that_changed_hands_is_the_new_owners(practice) -> None:
    berta = learner("berta")
    Session.objects.filter(pk=practice.session.pk).update(user=berta)
    assert isinstance(practice.say(), NotYourSession)
    assert isinstance(practice.say(actor=actor_of(berta)), Verdict)


def test_a_mended_counter_is_not_overwritten(practice) -> None:
    Session.objects.filter(pk=practice.session.pk).update(correct_count=1, current_streak=1)
    assert practice.say().correct_count == 2
    assert practice.stored().current_streak == 2


def test_an_edited_item_is_judged_as_it_stands(practice) -> None:
    practice.say()
    Item.objects.filter(pk=practice.items[0].pk).update(answer="buenos días")
    assert not practice.say().judgement.correct
    assert practice.say("buenos días").judgement.correct


def test_an_activity_begins_to_forgive(practice) -> None:
    word = next(n for n, item in enumerate(practice.items) if item.answer == "ventana")
    assert not practice.say("ventanna", place=word).judgement.correct
    Activity.objects.filter(pk=practice.activity.pk).update(forgive_typos=True)
    assert practice.say("ventanna", place=word).judgement.forgiven


def test_what_comes_next_may_be_of_another_activity(practice) -> None:
    other = vocabulary(key="other", words=[("sol", "sun")])
    (foreign,) = other.items.all()
    ids = [practice.items[0].pk, foreign.pk, practice.items[2].pk]
    Plan.objects.filter(session=practice.session).update(item_ids=ids)
    # Under another seed the plan is read anew.
    Session.objects.filter(pk=practice.session.pk).update(seed=1, item_count=3)
    practice.items[1] = foreign
    assert practice.say().next_item.prompt == "sol"
    Activity.objects.filter(pk=other.pk).update(forgive_typos=True)
    assert practice.say("sunn", place=1).judgement.forgiven


def test_a_key_that_was_taken_meanwhile_counts_once(practice) -> None:
    key = uuid4()
    first = practice.say(key=key)
    again = practice.say(key=key, known={})  # looked up before the first was there
    assert again.replayed
    assert again.seq == first.seq
    assert practice.stored().attempt_count == 2


def test_what_was_rolled_back_is_not_remembered(practice) -> None:
    with transaction.atomic():
        practice.say()
        practice.say()
        transaction.set_rollback(True)
    assert practice.say().seq == 2


def test_a_held_session_is_busy_and_nobody_waits(practice) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Session.objects.select_for_update().get(pk=practice.session.pk)
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        assert isinstance(practice.say(skip_locked=True), SessionBusy)
    finally:
        done.set()
        holder.join()
    assert practice.say().seq == 2


def test_two_processes_that_take_turns_lose_nothing(practice, monkeypatch) -> None:
    choose = Random(7)
    memories = [OrderedDict(), OrderedDict()]
    for number in range(60):
        monkeypatch.setattr(remembered, "_known", choose.choice(memories))
        place = choose.randrange(20)
        verdict = practice.say(None if choose.random() < 0.7 else "x", place)
        assert verdict.seq == number + 2
    call_command("verify_stats", verbosity=0)
    session = practice.stored()
    assert session.attempt_count == session.last_seq == 61
    attempts = Attempt.objects.filter(session=session)
    assert session.correct_count == attempts.filter(correct=True).count()
    assert session.answered_count == attempts.values("item").distinct().count()


@pytest.mark.parametrize("error", [OperationalError("gone"), ZeroDivisionError("a bug")])
def test_what_breaks_later_leaves_what_is_committed(practice, monkeypatch, error) -> None:
    """Of a group, one answer is recorded from memory; then the locked way breaks on the other."""
    unplanned = start(practice.actor, "exercises", Wishes())
    item = practice.items[0]

    def breaks(*args) -> None:
        raise error

    monkeypatch.setattr(locked, "record", breaks)
    first, second = (
        Waiting(Submission(practice.actor, pk, item.pk, item.answer, 1000), Mock(), 0.0)
        for pk in (practice.session.pk, unplanned.pk)
    )
    with suppress(ZeroDivisionError):
        commit([first, second], skip_locked=True)
    assert isinstance(first.result, Verdict)
    assert practice.stored().attempt_count == 2
    expected = Unavailable if isinstance(error, OperationalError) else type(None)
    assert isinstance(second.result, expected)


def test_a_session_not_seen_before_is_read_without_a_lock(practice, monkeypatch) -> None:
    monkeypatch.setattr(remembered, "_known", OrderedDict())
    with CaptureQueriesContext(connection) as captured:
        assert practice.say().seq == 2
    assert len(captured) == 2


def test_another_writer_in_between_costs_one_more_look(practice, monkeypatch) -> None:
    monkeypatch.setattr(locked, "record", None)  # There is no need of it.
    Session.objects.filter(pk=practice.session.pk).update(response_ms=5)
    with CaptureQueriesContext(connection) as captured:
        assert practice.say().seq == 2
    assert len(captured) == 3
    assert practice.stored().response_ms == 1005
