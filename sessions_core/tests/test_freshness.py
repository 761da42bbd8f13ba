"""The owner's own write is seen by the owner's next read, whatever pages are kept."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sessions_core import clock
from sessions_core.actor import Actor
from sessions_core.lifecycle import claim, end, pause
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Activity, Session

from .builders import actor_of, client_of, learner, vocabulary

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/sessions"
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


@pytest.fixture
def ana():
    return learner()


def read(user, address: str = "/history"):
    response = client_of(user).get(f"{ROOT}{address}")
    assert response.status_code == 200, response.content
    return response.json()


def begin(actor: Actor, activity: Activity) -> Session:
    return start(actor, "portal", Wishes(activity_id=activity.pk, item_count=5))


def test_history_shows_each_write_at_once(ana) -> None:
    actor, activity = actor_of(ana), vocabulary()
    assert read(ana)["sessions"] == []
    session = begin(actor, activity)
    assert read(ana)["total"] == 1
    item_id = session.plan.item_ids[0]
    answer([Submission(actor, session.pk, item_id, "no", 100)])
    assert read(ana)["sessions"][0]["words_practiced"] == 1
    pause.pause(actor, session.pk, route="test")
    assert read(ana)["sessions"][0]["status"] == "paused"
    pause.resume(actor, session.pk, route="test")
    assert read(ana)["sessions"][0]["status"] == "active"
    end.complete(actor, session.pk, route="test")
    assert read(ana)["sessions"][0]["status"] == "completed"
    begin(actor, activity)
    assert read(ana)["total"] == 2


def test_history_shows_at_once_what_came_from_a_visitor(ana) -> None:
    guest, activity = uuid4(), vocabulary()
    assert read(ana)["total"] == 0
    session = begin(Actor(guest=guest), activity)
    end.complete(Actor(guest=guest), session.pk, route="test")
    ids = claim.claim(guest, ana.pk)
    assert read(ana)["total"] == 1
    claim.release(ids, ana.pk, guest)
    assert read(ana)["total"] == 0


def test_details_show_each_write_at_once(ana) -> None:
    actor = actor_of(ana)
    session = begin(actor, vocabulary())
    for place, item_id in enumerate(session.plan.item_ids[:3], 1):
        answer([Submission(actor, session.pk, item_id, "no", 100)])
        shown = read(ana, f"/{session.public_id}")
        assert shown["performance"]["words_practiced"] == place
        assert len(shown["progress"]["needs_practice"]) == place
    end.cancel(actor, session.pk, route="test")
    assert read(ana, f"/{session.public_id}")["status"] == "cancelled"


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("from_date=2026-03-01T12:30:15.250000Z", True),
        ("from_date=2026-03-01T12:30:15.250001Z", False),
        ("to_date=2026-03-01T12:30:15.250000Z", True),
        ("to_date=2026-03-01T12:30:15.249999Z", False),
        ("from_date=2026-03-01&to_date=2026-03-01", True),
        ("from_date=2026-03-02", False),
        ("to_date=2026-02-28", False),
    ],
)
def test_both_ends_of_a_range_are_in_it(ana, query, is_shown) -> None:
    with clock.standing_at(MOMENT):
        begin(actor_of(ana), vocabulary())
    assert len(read(ana, f"/history?{query}")["sessions"]) == is_shown


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-02"])
def test_the_last_moment_of_a_day_belongs_to_it(ana, day) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    activity = vocabulary()
    for moment in (midnight - timedelta(microseconds=1), midnight):
        with clock.standing_at(moment):
            begin(actor_of(ana), activity)
    found = read(ana, f"/history?from_date={day}&to_date={day}")["sessions"]
    assert [each["start_time"][:10] for each in found] == [day]
