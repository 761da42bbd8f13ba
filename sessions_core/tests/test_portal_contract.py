"""The portal's document, word for word: one test for each request and response it shows."""

import re

import pytest

from sessions_core.models import Attempt, Session

from .builders import answers, client_of, learner, vocabulary

pytestmark = pytest.mark.django_db

SETTINGS = {"difficulty": "medium", "word_count": 20, "time_limit": 600}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def activity():
    return vocabulary()


@pytest.fixture
def ana():
    return learner("ana")


@pytest.fixture
def client(ana):
    return client_of(ana)


def start(client, activity, **settings):
    body = {"activity_id": activity.pk, "settings": {**SETTINGS, **settings}}
    return client.post("/api/v1/sessions/start", body, format="json")


def submit(client, session_id, item_id, answer, **extra):
    body = {"item_id": item_id, "answer": answer, "time_taken": 3.5, **extra}
    return client.post(f"/api/v1/sessions/{session_id}/progress", body, format="json")


def practise(client, activity, outcomes):
    """A session in which the answers turn out as ``outcomes`` says; returns its id."""
    right = answers(activity)
    body = start(client, activity, word_count=len(outcomes)).json()
    item = body["first_item"]
    for outcome in outcomes:
        given = right[item["item_id"]] if outcome else "no idea"
        item = submit(client, body["session_id"], item["item_id"], given).json()["next_item"]
    return body["session_id"]


def test_start(client, activity):
    response = start(client, activity)
    assert response.status_code == 201
    body = response.json()
    assert isinstance(body["session_id"], str)
    assert not body["session_id"].isdigit()
    assert INSTANT.fullmatch(body["start_time"])
    assert body["settings"] == SETTINGS
    assert set(body["first_item"]) == {"item_id", "word", "type"}
    assert body["first_item"]["type"] == "translation"


def test_start_without_settings_shows_those_in_force(client, activity):
    response = client.post("/api/v1/sessions/start", {"activity_id": activity.pk}, format="json")
    assert response.json()["settings"] == {
        "difficulty": "medium",
        "word_count": 20,
        "time_limit": None,
    }


def test_word_count_is_never_above_what_the_activity_holds(client, activity):
    assert start(client, activity, word_count=200).json()["settings"]["word_count"] == 20


def test_progress(client, activity):
    session = start(client, activity).json()
    item_id = session["first_item"]["item_id"]
    right = answers(activity)[item_id]
    response = submit(client, session["session_id"], item_id, right)
    assert response.status_code == 200
    body = response.json()
    assert body["correct"] is True
    assert body["correct_answer"] == right
    assert body["progress"] == {"completed": 1, "remaining": 19, "success_rate": 1.0}
    assert set(body["next_item"]) == {"item_id", "word", "type"}
    assert body["next_item"]["item_id"] != item_id


def test_progress_counts_as_the_document_shows(client, activity):
    session_id = practise(client, activity, [True, True, True, True, False] + [True] * 0)
    assert Session.objects.get().answered_count == 5
    details = client.get(f"/api/v1/sessions/{session_id}").json()
    assert details["performance"]["success_rate"] == 0.8


def test_the_last_answer_has_no_next_item(client, activity):
    right = answers(activity)
    session = start(client, activity, word_count=1).json()
    item_id = session["first_item"]["item_id"]
    body = submit(client, session["session_id"], item_id, right[item_id]).json()
    assert body["next_item"] is None
    assert body["progress"] == {"completed": 1, "remaining": 0, "success_rate": 1.0}


def test_answering_an_item_again_is_one_more_attempt(client, activity):
    session = start(client, activity).json()
    item_id = session["first_item"]["item_id"]
    submit(client, session["session_id"], item_id, "no idea")
    body = submit(client, session["session_id"], item_id, answers(activity)[item_id]).json()
    assert body["progress"] == {"completed": 1, "remaining": 19, "success_rate": 0.5}
    assert Attempt.objects.count() == 2


def test_a_near_miss_is_wrong_and_says_so(client):
    activity = vocabulary([("goodbye", "adiós")])
    session = start(client, activity).json()
    item_id = session["first_item"]["item_id"]
    body = submit(client, session["session_id"], item_id, "adios").json()
    assert body["correct"] is False
    assert body["close"] is True
    assert "adiós" in body["difference"]
    assert body["correct_answer"] == "adiós"


def test_complete(client, activity):
    session_id = practise(client, activity, [True] * 5 + [False] * 4 + [True] * 11)
    response = client.post(f"/api/v1/sessions/{session_id}/complete")
    assert response.status_code == 200
    body = response.json()
    summary = body["session_summary"]
    assert isinstance(summary["duration"], int)
    assert {name: summary[name] for name in summary if name != "duration"} == {
        "words_practiced": 20,
        "correct_answers": 16,
        "success_rate": 0.8,
        "streaks": {"current": 11, "best": 11},
    }
    assert {
        "type": "accuracy",
        "name": "Sharp Mind",
        "description": "80% success rate in a session",
    } in body["achievements"]
    (step,) = body["next_steps"]
    assert step["type"] == "practice"
    assert step["description"] == "Review missed words"
    missed = Attempt.objects.filter(correct=False).values_list("item_id", flat=True)
    assert sorted(step["word_ids"]) == sorted(str(pk) for pk in missed)


def test_an_achievement_is_awarded_once(client, activity):
    names = []
    for _ in range(2):
        session_id = practise(client, activity, [True] * 5)
        body = client.post(f"/api/v1/sessions/{session_id}/complete").json()
        names.append([won["name"] for won in body["achievements"]])
    assert "Sharp Mind" in names[0]
    assert "Sharp Mind" not in names[1]


def test_history(client, activity):
    first = practise(client, activity, [True, False])
    client.post(f"/api/v1/sessions/{first}/complete")
    second = practise(client, activity, [True])
    body = client.get("/api/v1/sessions/history").json()
    assert body["total"] == 2
    assert [entry["id"] for entry in body["sessions"]] == [second, first]
    entry = body["sessions"][1]
    assert entry["activity"] == {"id": activity.pk, "name": "Basic Vocabulary"}
    assert INSTANT.fullmatch(entry["start_time"])
    assert INSTANT.fullmatch(entry["end_time"])
    assert entry["success_rate"] == 0.5
    assert entry["words_practiced"] == 2


def test_details(client, activity):
    session_id = practise(client, activity, [True, False])
    client.post(f"/api/v1/sessions/{session_id}/complete")
    body = client.get(f"/api/v1/sessions/{session_id}").json()
    assert body["session_id"] == session_id
    assert body["activity"] == {
        "id": activity.pk,
        "name": "Basic Vocabulary",
        "type": "flashcards",
    }
    assert set(body["timing"]) == {"start_time", "end_time", "duration"}
    assert body["performance"] == {
        "words_practiced": 2,
        "correct_answers": 1,
        "incorrect_answers": 1,
        "success_rate": 0.5,
        "average_response_time": 3.5,
    }
    (mastered,) = body["progress"]["mastered_words"]
    (weak,) = body["progress"]["needs_practice"]
    assert {"word", "translation", "attempts", "success_rate"} <= set(mastered)
    assert (mastered["attempts"], mastered["success_rate"]) == (1, 1.0)
    assert (weak["attempts"], weak["success_rate"]) == (1, 0.0)


def test_an_unknown_session(client):
    response = client.get("/api/v1/sessions/abc123")
    assert response.status_code == 404
    assert response.json() == {
        "error": "session_not_found",
        "message": "Session with ID 'abc123' not found",
    }


def test_acting_on_a_finished_session(client, activity):
    session_id = practise(client, activity, [True])
    client.post(f"/api/v1/sessions/{session_id}/complete")
    response = client.post(f"/api/v1/sessions/{session_id}/complete")
    assert response.status_code == 400
    ended = client.get(f"/api/v1/sessions/{session_id}").json()["timing"]["end_time"]
    assert response.json() == {
        "error": "invalid_request",
        "message": "Session already completed",
        "details": {
            "session_id": session_id,
            "status": "completed",
            "completion_time": ended,
        },
    }


def test_too_many_starts(client, activity):
    for _ in range(30):
        response = start(client, activity)
        assert response.status_code == 201
    assert response["RateLimit-Limit"] == "30"
    assert response["RateLimit-Remaining"] == "0"
    response = start(client, activity)
    assert response.status_code == 429
    body = response.json()
    assert body["error"] == "rate_limit_exceeded"
    assert body["message"] == "Too many session starts"
    assert 0 < body["retry_after"] <= 3600
    assert response["Retry-After"] == str(body["retry_after"])


def test_not_signed_in(activity):
    from rest_framework.test import APIClient

    response = start(APIClient(), activity)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["error"] == "not_authenticated"


@pytest.mark.parametrize("path", ["/v1/sessions/start", "/v1/sessions/start/"])
def test_the_address_of_the_documents_examples(client, activity, path):
    body = {
        "activity_id": activity.pk,
        "settings": {"difficulty": "medium", "word_count": 20},
    }
    assert client.post(path, body, format="json").status_code == 201
