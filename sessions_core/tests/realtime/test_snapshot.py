"""What sockets read is of one moment: the row of a session and the events that led to it."""

import json

import pytest

from sessions_core.actor import Actor
from sessions_core.lifecycle import end
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Session
from sessions_core.realtime import snapshot
from sessions_core.tests.builders import learner, vocabulary


@pytest.fixture
def actor(db: None) -> Actor:
    return Actor(user_id=learner().pk)


def begun(actor: Actor, answers: int) -> Session:
    activity = vocabulary(key=f"a{answers}")
    session = start(actor, "portal", Wishes(activity_id=activity.pk))
    items = session.plan.item_ids[:answers]
    answer([Submission(actor, session.pk, item, "no such word", 900) for item in items])
    session.refresh_from_db()
    return session


def test_an_end_that_came_after_the_row_was_read_is_left_to_the_next_reading(
    actor: Actor, monkeypatch
) -> None:
    """With the row from before it, the end would say that nothing was mastered."""
    early = begun(actor, 3)
    end.complete(actor, early.pk, route="test")
    with monkeypatch.context() as patched:
        patched.setattr(Session.objects, "in_bulk", lambda ids: {early.pk: early})
        found = snapshot.read_missed({early.pk: 0})
    assert [each.seq for each in found[early.pk].messages] == [1, 2, 3]
    found = snapshot.read_missed({early.pk: 3})
    assert [each.type for each in found[early.pk].messages] == ["session_complete"]


def test_many_sessions_cost_what_one_costs(actor: Actor, django_assert_num_queries) -> None:
    sessions = [begun(actor, count) for count in (1, 2, 3)]
    with django_assert_num_queries(3):  # the sessions, their attempts, their transitions
        found = snapshot.read_missed({each.pk: 1 for each in sessions} | {10**9: 0})
    assert {pk: [each.seq for each in update.messages] for pk, update in found.items()} == {
        sessions[0].pk: [],
        sessions[1].pk: [2],
        sessions[2].pk: [2, 3],
    }


def test_an_id_that_never_was_or_too_many_events_bring_the_state(actor: Actor, monkeypatch) -> None:
    session = begun(actor, 3)
    monkeypatch.setattr(snapshot.app_settings, "REPLAY_LIMIT", 2)
    for after in (-1, 0, 4):
        (resync,) = snapshot.read_missed({session.pk: after})[session.pk].messages
        assert (resync.type, resync.seq) == ("resync", 3)
        assert json.loads(resync.text)["data"]["status"] == "active"
    numbers = [each.seq for each in snapshot.read_missed({session.pk: 1})[session.pk].messages]
    assert numbers == [2, 3]
