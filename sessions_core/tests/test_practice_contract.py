"""Guided practice's document: its requests and responses, and the eighteen cases it tests."""

import re

import pytest
from rest_framework.test import APIClient

from sessions_core.models import Activity, Item, Session
from sessions_core.models.activity import ActivityType, ItemType

from .builders import client_of, learner

pytestmark = pytest.mark.django_db

BASES = ["/api/v1/sessions", "/api/v1/practice/sessions"]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def ana():
    return learner("ana")


@pytest.fixture
def client(ana):
    return client_of(ana)


@pytest.fixture
def sequence():
    activity = Activity.objects.create(key="flow", name="Morning Flow", type=ActivityType.SEQUENCE)
    for place, name in enumerate(["Mountain", "Downward-Facing Dog", "Child's Pose"]):
        Item.objects.create(
            activity=activity,
            key=name,
            position=place,
            prompt=name,
            type=ItemType.POSE,
            duration_seconds=45,
        )
    return activity


def start(client, base=BASES[0], **body):
    return client.post(f"{base}/start", body, format="json")


def complete(client, session_id, base=BASES[0], **body):
    sent = {
        "session_id": session_id,
        "duration_seconds": 900,
        "poses_completed": 10,
        "completion_status": "completed",
        **body,
    }
    return client.post(f"{base}/complete", sent, format="json")


def pause(client, session_id, seconds=300, base=BASES[0]):
    body = {"duration_so_far": seconds}
    return client.put(f"{base}/{session_id}/pause", body, format="json")


@pytest.mark.parametrize("base", BASES)
def test_start_with_a_sequence(client, ana, sequence, base):
    response = start(client, base, sequence_id=sequence.pk)
    assert response.status_code == 201
    body = response.json()
    assert INSTANT.fullmatch(body["started_at"])
    assert isinstance(body["session_id"], int)
    shown = {
        "user_id": ana.pk,
        "sequence_id": sequence.pk,
        "completed_at": None,
        "duration_seconds": 0,
        "completion_status": "abandoned",
    }
    assert {name: body[name] for name in shown} == shown


@pytest.mark.parametrize("base", BASES)
def test_start_without_a_body_is_a_free_practice(client, base):
    for response in (
        client.post(f"{base}/start"),
        start(client, base),
        start(client, base, sequence_id=None),
    ):
        assert response.status_code == 201
        assert response.json()["sequence_id"] is None


def test_start_of_an_unknown_sequence(client):
    response = start(client, sequence_id=4242)
    assert (response.status_code, response.json()) == (404, {"detail": "Sequence not found"})


def test_a_mistyped_start_of_the_portal_is_no_practice(client):
    response = start(client, activty_id=123)
    assert response.status_code == 422
    (error,) = response.json()["detail"]
    assert error["loc"] == ["body", "activty_id"]
    assert error["type"] == "extra_forbidden"


def test_settings_alone_speak_for_the_portal(client):
    response = start(client, settings={"difficulty": "easy"})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert "activity_id" in response.json()["details"]


def test_complete(client, ana, sequence):
    session_id = start(client, sequence_id=sequence.pk).json()["session_id"]
    response = complete(client, session_id)
    assert response.status_code == 200
    body = response.json()
    shown = {
        "session_id": session_id,
        "user_id": ana.pk,
        "sequence_id": sequence.pk,
        "duration_seconds": 900,
        "completion_status": "completed",
        "statistics": {
            "total_sessions": 1,
            "total_practice_time_seconds": 900,
            "average_duration_seconds": 900,
            "completion_rate_percent": 100.0,
        },
    }
    assert {name: body[name] for name in shown} == shown
    assert INSTANT.fullmatch(body["completed_at"])
    assert body["poses_completed"] == 10
    assert body["server_duration_seconds"] < 900


def test_statistics_count_ended_sessions_and_full_completions(client):
    for status in ("completed",) * 5 + ("partial",):
        session_id = start(client).json()["session_id"]
        body = complete(client, session_id, completion_status=status).json()
    assert body["statistics"] == {
        "total_sessions": 6,
        "total_practice_time_seconds": 5400,
        "average_duration_seconds": 900,
        "completion_rate_percent": 83.3,
    }


@pytest.mark.parametrize("status", ["completed", "partial", "abandoned"])
def test_each_completion_status(client, status):
    session_id = start(client).json()["session_id"]
    body = complete(client, session_id, completion_status=status).json()
    assert body["completion_status"] == status
    assert body["completed_at"] is not None


def test_complete_twice(client):
    session_id = start(client).json()["session_id"]
    complete(client, session_id)
    assert complete(client, session_id).status_code == 400


def test_pause_and_current(client):
    session_id = start(client).json()["session_id"]
    response = pause(client, session_id)
    assert response.status_code == 200
    shown = {
        "session_id": session_id,
        "duration_seconds": 300,
        "completion_status": "abandoned",
    }
    assert {name: response.json()[name] for name in shown} == shown
    current = client.get("/api/v1/sessions/current").json()
    assert (current["session_id"], current["duration_seconds"]) == (session_id, 300)
    assert current["completed_at"] is None


def test_resume(client):
    session_id = start(client).json()["session_id"]
    pause(client, session_id)
    response = client.put(f"/api/v1/sessions/{session_id}/resume")
    assert response.status_code == 200
    assert response.json()["status"] == "active"
    assert response.json()["duration_seconds"] == 300


def test_no_current_session(client):
    response = client.get("/api/v1/sessions/current")
    assert (response.status_code, response.json()) == (404, {"detail": "No active session"})


def test_current_is_the_newest_that_has_not_ended(client):
    first, second, third = (start(client).json()["session_id"] for _ in range(3))
    complete(client, third)
    assert client.get("/api/v1/sessions/current").json()["session_id"] == second
    complete(client, second)
    assert client.get("/api/v1/sessions/current").json()["session_id"] == first


def test_somebody_elses_session_is_forbidden(client):
    session_id = start(client_of(learner("ben"))).json()["session_id"]
    forbidden = {"detail": "Not authorized to access this session"}
    for response in (
        complete(client, session_id),
        pause(client, session_id),
        client.put(f"/api/v1/sessions/{session_id}/resume"),
        client.patch(f"/api/v1/sessions/{session_id}", {"notes": "x"}, format="json"),
        client.post(f"/api/v1/sessions/{session_id}/share", {}, format="json"),
    ):
        assert (response.status_code, response.json()) == (403, forbidden)


@pytest.mark.parametrize("session_id", [4242, str(2**70), "abc", "é", "0"])
def test_an_unknown_session(client, session_id):
    not_found = {"detail": "Session not found"}
    for response in (complete(client, session_id), pause(client, session_id)):
        assert (response.status_code, response.json()) == (404, not_found)


def test_not_signed_in():
    for response in (start(APIClient()), APIClient().get("/api/v1/sessions/current")):
        assert response.status_code == 401
        assert list(response.json()) == ["detail"]
        assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("seconds", [-1, 14401, "abc", None, True, 2**80])
def test_a_duration_out_of_bounds(client, seconds):
    session_id = start(client).json()["session_id"]
    for response, field in (
        (complete(client, session_id, duration_seconds=seconds), "duration_seconds"),
        (pause(client, session_id, seconds), "duration_so_far"),
    ):
        assert response.status_code == 422
        (error,) = response.json()["detail"]
        assert error["loc"] == ["body", field]
        assert set(error) == {"loc", "msg", "type"}
    assert Session.objects.get().status == "active"


@pytest.mark.parametrize("seconds", [0, 14400])
def test_the_bounds_themselves_are_durations(client, seconds):
    session_id = start(client).json()["session_id"]
    assert complete(client, session_id, duration_seconds=seconds).status_code == 200


def test_poses_one_by_one(client, sequence):
    session_id = start(client, sequence_id=sequence.pk).json()["session_id"]
    poses = list(sequence.items.values_list("pk", flat=True))
    body = client.post(
        f"/api/v1/sessions/{session_id}/poses", {"pose_id": poses[0]}, format="json"
    ).json()
    assert (body["poses_completed"], body["poses_total"]) == (1, 3)
    assert body["next_pose"]["pose_id"] == poses[1]
    again = {"pose_id": poses[0]}
    client.post(f"/api/v1/sessions/{session_id}/poses", again, format="json")
    ended = complete(client, session_id, poses_completed=None).json()
    assert ended["poses_completed"] == 1


def test_notes_are_kept_encrypted(client):
    session_id = start(client).json()["session_id"]
    text = "Shoulders much looser today."
    response = client.patch(f"/api/v1/sessions/{session_id}", {"notes": text}, format="json")
    assert response.json()["notes"] == text
    assert client.get(f"/api/v1/sessions/{session_id}/notes").json()["notes"] == text
    assert text.encode() not in bytes(Session.objects.get().note.sealed)


def test_a_share_link_shows_the_session_until_it_is_revoked(client, ana, sequence):
    session_id = start(client, sequence_id=sequence.pk).json()["session_id"]
    made = client.post(f"/api/v1/sessions/{session_id}/share", {}, format="json")
    assert made.status_code == 201
    path = f"/api/v1/sessions/shared/{made.json()['token']}"
    assert made.json()["url"].endswith(path)
    stranger = APIClient()
    shown = stranger.get(path)
    assert shown.json()["activity"] == "Morning Flow"
    assert ana.username not in shown.content.decode()
    assert client.delete(f"/api/v1/sessions/{session_id}/share").status_code == 204
    assert stranger.get(path).status_code == 404


def test_stats_calendar_and_explanation_agree(client):
    session_id = start(client).json()["session_id"]
    complete(client, session_id)
    stats = client.get("/api/v1/sessions/stats").json()
    assert stats["streak"]["current_days"] == 1
    assert stats["total_practice_time_seconds"] == 900
    (day,) = client.get("/api/v1/sessions/calendar").json()["days"]
    assert (day["sessions"], day["seconds"], day["level"]) == (1, 900, 4)
    (entry,) = client.get("/api/v1/sessions/stats/explain").json()["sessions"]
    assert entry["session_id"] == session_id
    assert entry["counted"]
    assert entry["day"] == day["date"]


@pytest.mark.parametrize(
    "query",
    ["from=2025-02-30", "from=2025-02-02&to=2025-02-01", "from=2020-01-01&to=2025-01-01", "to=x"],
)
def test_a_calendar_of_no_such_range(client, query):
    assert client.get(f"/api/v1/sessions/calendar?{query}").status_code == 422
