"""A session belongs to the day it was begun on, where it was begun, for ever."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from sessions_core.models import PracticeDay, Session

from .builders import client_of, learner

pytestmark = pytest.mark.django_db

ZONES = [
    "Pacific/Kiritimati",  # +14
    "Pacific/Chatham",  # +12:45, with summer time
    "Asia/Tokyo",
    "Asia/Kathmandu",  # +5:45
    "Asia/Kolkata",
    "Europe/Moscow",
    "Europe/Madrid",
    "Europe/London",
    "UTC",
    "America/Sao_Paulo",
    "America/St_Johns",  # -3:30
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Pago_Pago",  # -11
]


@pytest.fixture
def client():
    return client_of(learner())


def practise(client, zone, seconds=60):
    headers = {"X-Timezone": zone}
    begun = client.post("/api/v1/practice/sessions/start", headers=headers).json()
    body = {"session_id": begun["session_id"], "duration_seconds": seconds}
    response = client.post("/api/v1/sessions/complete", body, format="json")
    assert response.status_code == 200
    return begun["session_id"]


def current_streak(client, zone):
    stats = client.get("/api/v1/sessions/stats", headers={"X-Timezone": zone}).json()
    return stats["streak"]["current_days"]


@pytest.mark.parametrize("zone", ZONES)
def test_the_two_sides_of_midnight_are_two_days(client, zone):
    midnight = datetime(2025, 6, 10, tzinfo=ZoneInfo(zone))
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False) as clock:
        practise(client, zone)
        clock.move_to(midnight)
        practise(client, zone)
        assert current_streak(client, zone) == 2
    days = PracticeDay.objects.order_by("day").values_list("day", "ended")
    assert list(days) == [(date(2025, 6, 9), 1), (date(2025, 6, 10), 1)]


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_days_through_every_change_of_the_clock(client, zone, settings):
    """Noon of each tenth day, under summer time and without: a day each."""
    settings.SESSIONS_LIMITS = {"session_start": [(1000, 1)], "session_complete": [(1000, 1)]}
    first = datetime(2025, 1, 1, 12, tzinfo=ZoneInfo(zone))
    for number in range(0, 365, 10):
        moment = (first.replace(tzinfo=None) + timedelta(days=number)).replace(
            tzinfo=ZoneInfo(zone)
        )
        with time_machine.travel(moment, tick=False):
            practise(client, zone)
    wanted = [date(2025, 1, 1) + timedelta(days=number) for number in range(0, 365, 10)]
    assert list(PracticeDay.objects.order_by("day").values_list("day", flat=True)) == wanted


@pytest.mark.parametrize(
    "before",
    [datetime(2025, 3, 30, 0, 59, tzinfo=UTC), datetime(2025, 10, 26, 0, 59, tzinfo=UTC)],
    ids=["forward", "back"],
)
def test_a_session_across_a_change_of_the_clock_lasts_as_long_as_it_lasted(client, before):
    with time_machine.travel(before, tick=False) as clock:
        body = {"session_type": "practice"}
        start = client.post("/api/exercises/session/start", body, format="json").json()
        clock.shift(timedelta(minutes=2))
        body = {"session_id": start["session_id"]}
        ended = client.post("/api/exercises/session/end", body, format="json").json()
    assert ended["duration_seconds"] == 120


def test_travel_rewrites_no_past_day(client):
    with time_machine.travel(datetime(2025, 6, 10, 22, 0, tzinfo=UTC), tick=False) as clock:
        practise(client, "America/Los_Angeles")  # still the 10th, in the afternoon
        clock.shift(timedelta(hours=3))
        practise(client, "Asia/Tokyo")  # the 11th, in the morning
        shown = client.get(
            "/api/v1/sessions/calendar?from=2025-06-01&to=2025-06-30",
            headers={"X-Timezone": "Pacific/Pago_Pago"},
        ).json()
        assert [day["date"] for day in shown["days"]] == ["2025-06-10", "2025-06-11"]
        assert current_streak(client, "Asia/Tokyo") == 2
    assert set(Session.objects.values_list("zone", flat=True)) == {
        "America/Los_Angeles",
        "Asia/Tokyo",
    }


@pytest.mark.parametrize("shift", [timedelta(hours=-1), timedelta(days=-1), timedelta(hours=1)])
def test_a_server_clock_that_jumps_gives_no_negative_duration(client, shift):
    with time_machine.travel(datetime(2025, 6, 10, 12, tzinfo=UTC), tick=False) as clock:
        start = client.post("/api/v1/practice/sessions/start").json()
        clock.shift(shift)
        session_id = start["session_id"]
        client.post(f"/api/v1/sessions/{session_id}/complete")
        details = client.get(f"/api/v1/sessions/{session_id}").json()
    assert details["timing"]["duration"] >= 0
    session = Session.objects.get()
    assert session.ended_at >= session.started_at


def test_an_unknown_zone_is_refused(client):
    response = client.post("/api/v1/practice/sessions/start", headers={"X-Timezone": "Mars/Base"})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["header", "X-Timezone"]
