"""The exercises' document, word for word: one test for each request and response it shows."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sessions_core.models import PracticeDay, Session

from .builders import client_of, learner, vocabulary

pytestmark = pytest.mark.django_db

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NOT_FOUND = {"detail": "Session not found or does not belong to user"}


@pytest.fixture
def exercises():
    return list(vocabulary([("hablar, subjunctive", "hable"), ("comer", "coma")]).items.all())


@pytest.fixture
def client():
    return client_of(learner("ana"))


def post(client, path, body):
    return client.post(f"/api/exercises/{path}", body, format="json")


def started(client, session_type="practice"):
    return post(client, "session/start", {"session_type": session_type}).json()["session_id"]


def submit(client, exercise, answer, **extra):
    body = {"exercise_id": str(exercise.pk), "user_answer": answer, "time_taken": 8, **extra}
    return post(client, "submit", body)


@pytest.mark.parametrize("session_type", ["practice", "review", "test"])
def test_start(client, session_type):
    response = post(client, "session/start", {"session_type": session_type})
    assert response.status_code == 201
    body = response.json()
    assert isinstance(body["session_id"], int)
    assert INSTANT.fullmatch(body["started_at"])


def test_submit_in_a_session(client, exercises):
    session_id = started(client)
    response = submit(client, exercises[0], "hable", session_id=session_id)
    assert response.status_code == 200
    assert response.json() == {
        "is_correct": True,
        "correct_answer": "hable",
        "user_answer": "hable",
        "feedback": "Correct!",
        "exercise_id": exercises[0].pk,
        "session_id": session_id,
        "time_taken": 8,
    }


def test_an_exercise_id_may_be_a_number(client, exercises):
    body = {"exercise_id": exercises[0].pk, "user_answer": "hable", "time_taken": 8.5}
    assert post(client, "submit", body).json()["time_taken"] == 8.5


def test_end(client, exercises):
    begun = datetime(2025, 11, 28, 10, 30, tzinfo=UTC)
    with time_machine.travel(begun, tick=False) as clock:
        session_id = started(client)
        for index in range(15):
            answer = "hable" if index < 12 else "no idea"
            submit(client, exercises[0], answer, session_id=session_id)
        clock.move_to(begun + timedelta(seconds=930))
        response = post(client, "session/end", {"session_id": session_id})
    assert response.status_code == 200
    assert response.json() == {
        "session_id": session_id,
        "started_at": "2025-11-28T10:30:00.000Z",
        "ended_at": "2025-11-28T10:45:30.000Z",
        "duration_seconds": 930,
        "total_exercises": 15,
        "correct_answers": 12,
        "score_percentage": 80.0,
        "session_type": "practice",
    }


def test_without_a_session_an_answer_is_standalone(client, exercises):
    body = submit(client, exercises[0], "hable").json()
    session = Session.objects.get(pk=body["session_id"])
    assert session.standalone
    assert session.status == "completed"
    assert session.attempt_count == 1
    # The fault this document was written to end: a thousand one-answer sessions in the averages.
    assert not PracticeDay.objects.exists()
    assert client.get("/api/v1/sessions/history").json()["total"] == 0


def test_answers_add_up_in_one_session(client, exercises):
    session_id = started(client)
    submit(client, exercises[0], "hable", session_id=session_id)
    submit(client, exercises[1], "no idea", session_id=session_id)
    session = Session.objects.get(pk=session_id)
    assert (session.attempt_count, session.correct_count) == (2, 1)
    assert session.answered_count == 2


@pytest.mark.parametrize("path", ["submit", "session/end"])
def test_session_not_found(client, exercises, path):
    body = {
        "session_id": 4242,
        "exercise_id": exercises[0].pk,
        "user_answer": "hable",
        "time_taken": 1,
    }
    response = post(client, path, body)
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_somebody_elses_session(client, exercises):
    session_id = started(client_of(learner("ben")))
    response = submit(client, exercises[0], "hable", session_id=session_id)
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_session_already_completed(client, exercises):
    session_id = started(client)
    post(client, "session/end", {"session_id": session_id})
    for response in (
        submit(client, exercises[0], "hable", session_id=session_id),
        post(client, "session/end", {"session_id": session_id}),
    ):
        assert response.status_code == 400
        assert response.json() == {"detail": "Session is already completed"}


@pytest.mark.parametrize("session_type", ["exam", "", 5, None, ["practice"]])
def test_invalid_session_type(client, session_type):
    response = post(client, "session/start", {"session_type": session_type})
    assert response.status_code == 400
    assert response.json() == {
        "detail": "Invalid session_type. Must be one of: practice, review, test"
    }


def test_unknown_exercise(client):
    body = {"exercise_id": "no-such", "user_answer": "hable", "time_taken": 8}
    response = post(client, "submit", body)
    assert (response.status_code, response.json()) == (404, {"detail": "Exercise not found"})


def test_other_validation_speaks_as_fastapi(client):
    response = post(client, "submit", {"exercise_id": "1"})
    assert response.status_code == 422
    (error,) = response.json()["detail"]
    assert error["loc"] == ["body", "user_answer"]
    assert error["type"] == "missing"
    assert isinstance(error["msg"], str)


@pytest.mark.parametrize("path", ["/exercises/session/start", "/exercises/session/start/"])
def test_the_address_of_the_documents_headings(client, path):
    assert client.post(path, {"session_type": "review"}, format="json").status_code == 201


def test_a_session_is_carried_on_in_another_dialect(client, exercises):
    session_id = started(client)
    submit(client, exercises[0], "hable", session_id=session_id)
    body = {"item_id": str(exercises[1].pk), "answer": "coma", "time_taken": 1}
    response = client.post(f"/api/v1/sessions/{session_id}/progress", body, format="json")
    assert response.json()["progress"] == {"completed": 2, "remaining": 0, "success_rate": 1.0}
    assert response.json()["next_item"] is None
    ended = post(client, "session/end", {"session_id": session_id}).json()
    assert (ended["total_exercises"], ended["score_percentage"]) == (2, 100.0)
