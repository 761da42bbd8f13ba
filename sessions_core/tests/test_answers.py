"""Answers on their way through the portal: limits of time, keys, batches, hostile input."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sessions_core.models import Attempt, Session

from .builders import answers, client_of, learner, vocabulary

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def activity():
    return vocabulary()


@pytest.fixture
def client():
    return client_of(learner())


def start(client, activity, **settings):
    body = {"activity_id": activity.pk, "settings": settings}
    return client.post("/api/v1/sessions/start", body, format="json").json()


def submit(client, session, answer="no idea", key=None, **body):
    body = {
        "item_id": session["first_item"]["item_id"],
        "answer": answer,
        "time_taken": 1,
        **body,
    }
    headers = {"Idempotency-Key": key} if key is not None else {}
    path = f"/api/v1/sessions/{session['session_id']}/progress"
    return client.post(path, body, format="json", headers=headers)


def batch(client, session, entries, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/api/v1/sessions/{session['session_id']}/progress/batch"
    return client.post(path, {"answers": entries}, format="json", headers=headers)


# The time limit


def test_an_answer_at_the_limit_counts_and_one_after_it_does_not(client, activity):
    with time_machine.travel(NOON, tick=False) as clock:
        session = start(client, activity, time_limit=60)
        clock.shift(timedelta(seconds=60))
        assert submit(client, session).status_code == 200
        clock.shift(timedelta(seconds=1))
        response = submit(client, session)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert response.json()["details"] == {
        "session_id": session["session_id"],
        "status": "expired",
        "completion_time": "2025-06-10T12:01:00Z",
    }
    stored = Session.objects.get()
    assert (stored.status, stored.attempt_count) == ("expired", 1)
    assert stored.active_ms == 60_000


def test_paused_time_is_not_on_the_clock(client, activity):
    with time_machine.travel(NOON, tick=False) as clock:
        session = start(client, activity, time_limit=60)
        path = f"/api/v1/sessions/{session['session_id']}"
        clock.shift(timedelta(seconds=20))
        client.put(f"{path}/pause", {"duration_so_far": 20}, format="json")
        clock.shift(timedelta(hours=3))
        resumed = client.post(f"{path}/resume").json()
        assert resumed["time"] == {"elapsed": 20, "remaining": 40}
        assert resumed["next_item"] == session["first_item"]
        clock.shift(timedelta(seconds=40))
        assert submit(client, session).status_code == 200
        body = client.post(f"{path}/complete").json()
    assert body["session_summary"]["duration"] == 60


def test_a_paused_session_takes_no_answer(client, activity):
    session = start(client, activity)
    path = f"/api/v1/sessions/{session['session_id']}/pause"
    client.put(path, {"duration_so_far": 1}, format="json")
    response = submit(client, session)
    assert response.status_code == 400
    assert "resume" in response.json()["message"]


def test_a_look_closes_a_session_whose_time_ran_out(client, activity):
    with time_machine.travel(NOON, tick=False) as clock:
        session = start(client, activity, time_limit=60)
        clock.shift(timedelta(hours=1))
        body = client.get(f"/api/v1/sessions/{session['session_id']}").json()
    assert body["status"] == "expired"
    assert body["timing"]["end_time"] == "2025-06-10T12:01:00Z"
    assert body["timing"]["duration"] == 60


# Idempotency keys


def test_the_same_answer_twice_is_one_attempt(client, activity):
    session = start(client, activity)
    first, again = (submit(client, session, key="k1") for _ in range(2))
    assert first.json() == again.json()
    assert Attempt.objects.count() == 1
    assert first["RateLimit-Remaining"] == again["RateLimit-Remaining"] == "119"


def test_a_replay_is_answered_after_the_session_has_ended(client, activity):
    session = start(client, activity)
    first = submit(client, session, key="k1")
    client.post(f"/api/v1/sessions/{session['session_id']}/complete")
    assert submit(client, session, key="k1").json() == first.json()


def test_a_replay_is_answered_when_the_limit_is_used_up(client, activity, settings):
    settings.SESSIONS_LIMITS = {"progress": [(1, 60)]}
    session = start(client, activity)
    first = submit(client, session, key="k1")
    assert submit(client, session, key="k2").status_code == 429
    assert submit(client, session, key="k1").json() == first.json()


@pytest.mark.parametrize(
    "other", [{"answer": "another"}, {"time_taken": 2}, {"item_id": "other"}], ids=str
)
def test_a_key_with_another_body_is_refused(client, activity, other):
    session = start(client, activity)
    submit(client, session, key="k1")
    if "item_id" in other:
        second = activity.items.exclude(pk=session["first_item"]["item_id"]).first()
        other = {"item_id": str(second.pk)}
    response = submit(client, session, key="k1", **other)
    assert response.status_code == 422
    assert Attempt.objects.count() == 1


def test_a_key_used_in_another_session_is_another_key(client, activity):
    first, second = start(client, activity, word_count=20), start(client, activity, word_count=20)
    submit(client, first, key="k1")
    response = submit(client, second, key="k1", item_id=first["first_item"]["item_id"])
    assert response.status_code == 200
    assert response.json()["progress"]["completed"] == 1


def test_a_key_belongs_to_its_user(client, activity):
    session = start(client, activity)
    submit(client, session, key="k1")
    other = client_of(learner("ben"))
    assert submit(other, start(other, activity), key="k1").status_code == 200
    assert Attempt.objects.count() == 2


def test_a_refused_answer_burns_no_key(client, activity):
    session = start(client, activity)
    assert submit(client, session, key="k1", time_taken=-1).status_code == 400
    assert submit(client, session, key="k1", item_id="0").status_code == 400
    assert submit(client, session, key="k1").status_code == 200


def test_a_key_is_free_again_after_a_day(client, activity):
    with time_machine.travel(NOON, tick=False) as clock:
        session = start(client, activity)
        submit(client, session, key="k1")
        clock.shift(timedelta(hours=25))
        assert submit(client, session, key="k1", answer="another").status_code == 200
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_is_none(client, activity, key):
    response = submit(client, start(client, activity), key=key)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


# Batches


def test_a_batch_is_judged_in_order_each_answer_by_itself(client, activity):
    right = answers(activity)
    session = start(client, activity, word_count=3)
    plan = [str(pk) for pk in Session.objects.get().plan.item_ids]
    response = batch(
        client,
        session,
        [
            {"item_id": plan[0], "answer": right[plan[0]], "time_taken": 1},
            {"item_id": "999999", "answer": "x", "time_taken": 1},
            {"item_id": plan[1], "answer": "no idea", "time_taken": 1},
        ],
    )
    assert response.status_code == 200
    first, failed, last = response.json()["results"]
    assert (first["status"], first["correct"]) == (200, True)
    assert first["next_item"]["item_id"] == plan[1]
    assert (failed["status"], failed["error"]) == (400, "invalid_request")
    assert last["progress"] == {"completed": 2, "remaining": 1, "success_rate": 0.5}
    assert response["RateLimit-Remaining"] == "117"


def test_a_batch_sent_three_times_counts_once_and_costs_no_more(client, activity):
    session = start(client, activity)
    right = answers(activity)
    entries = [
        {"item_id": pk, "answer": answer, "time_taken": 1, "idempotency_key": f"offline-{pk}"}
        for pk, answer in right.items()
    ]
    first = batch(client, session, entries)
    again = batch(client, session, entries[::-1])
    assert Attempt.objects.count() == len(entries)
    assert sorted(map(str, first.json()["results"])) == sorted(map(str, again.json()["results"]))
    assert first["RateLimit-Remaining"] == again["RateLimit-Remaining"] == "100"


def test_an_answer_sent_alone_and_then_in_a_batch_counts_once(client, activity):
    session = start(client, activity)
    submit(client, session, key="k1")
    entry = {
        "item_id": session["first_item"]["item_id"],
        "answer": "no idea",
        "time_taken": 1,
        "idempotency_key": "k1",
    }
    assert batch(client, session, [entry, entry]).status_code == 200
    assert Attempt.objects.count() == 1


def test_a_batch_under_one_key_counts_once(client, activity):
    session = start(client, activity)
    entry = {"item_id": session["first_item"]["item_id"], "answer": "x", "time_taken": 1}
    first, again = (batch(client, session, [entry, entry], key="b1") for _ in range(2))
    assert first.json() == again.json()
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize("entries", [[], None, "x", [5], [{}] * 101])
def test_what_is_no_batch(client, activity, entries):
    response = batch(client, start(client, activity), entries)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


# Input


@pytest.mark.parametrize(
    "body",
    [
        {"item_id": None},
        {"item_id": True},
        {"item_id": []},
        {"item_id": 1.5},
        {"answer": None},
        {"answer": ["hola"]},
        {"answer": "x" * 501},
        {"time_taken": -0.1},
        {"time_taken": 86401},
        {"time_taken": "nan"},
        {"time_taken": "inf"},
        {"time_taken": True},
        {"time_taken": 10**30},
    ],
    ids=str,
)
def test_what_is_no_answer(client, activity, body):
    response = submit(client, start(client, activity), **body)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert list(response.json()["details"]) == list(body)
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("item_id", ["999999999", "9" * 30, "-1", "word", "", "１", 2**63])
def test_an_item_outside_the_session(client, activity, item_id):
    response = submit(client, start(client, activity), item_id=item_id)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "text", ["¡Hola!", "e\u0301", "👩‍👩‍👧", "مرحبا", "'; DROP TABLE x;--", " " * 500]
)
def test_an_answer_is_stored_as_it_was_written(client, activity, text):
    assert submit(client, start(client, activity), answer=text).status_code == 200
    assert Attempt.objects.get().answer == text


def test_answers_not_yet_given_never_leave_the_server(client, activity):
    session = start(client, activity)
    seen = [str(session)]
    seen.append(submit(client, session).content.decode())
    path = f"/api/v1/sessions/{session['session_id']}"
    seen.append(client.get(path).content.decode())
    seen.append(client.post(f"{path}/resume").content.decode())
    answered = answers(activity)[session["first_item"]["item_id"]]
    for answer in set(answers(activity).values()) - {answered}:
        assert not any(f'"{answer}"' in text for text in seen)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "offset=-1",
        "offset=x",
        f"offset={10**20}",
        "activity_id=x",
        "from_date=yesterday",
        "to_date=2025-02-30",
        "from_date=0001-01-01T00:00:00%2B14:00",
        "to_date=9999-12-31T23:59:59-14:00",
        "to_date=9999-12-31",
        "cursor=!!",
        "limit=%00",
    ],
)
def test_a_history_that_cannot_be(client, query):
    response = client.get(f"/api/v1/sessions/history?{query}")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


def test_history_by_cursor_is_history_by_offset(client, activity):
    ids = [start(client, activity)["session_id"] for _ in range(5)][::-1]
    first = client.get("/api/v1/sessions/history?limit=2").json()
    second = client.get(f"/api/v1/sessions/history?limit=2&cursor={first['next_cursor']}").json()
    third = client.get(f"/api/v1/sessions/history?limit=2&cursor={second['next_cursor']}").json()
    pages = [first, second, third]
    assert [entry["id"] for page in pages for entry in page["sessions"]] == ids
    assert [page["total"] for page in pages] == [5, 5, 5]
    assert third["next_cursor"] is None


def test_both_ends_of_a_range_of_dates_are_included(client, activity):
    for day in (9, 10, 11):
        with time_machine.travel(datetime(2025, 6, day, 23, 59, 59, tzinfo=UTC), tick=False):
            start(client, activity)
    body = client.get("/api/v1/sessions/history?from_date=2025-06-09&to_date=2025-06-10").json()
    assert body["total"] == 2
    body = client.get("/api/v1/sessions/history?to_date=2025-06-09T23:59:59Z").json()
    assert body["total"] == 1


def test_the_owner_reads_what_the_owner_wrote(client, activity):
    session = start(client, activity)
    path = f"/api/v1/sessions/{session['session_id']}"
    for answered in (1, 2, 3):
        submit(client, session)
        assert client.get(path).json()["performance"]["incorrect_answers"] == answered
        (entry,) = client.get("/api/v1/sessions/history").json()["sessions"]
        assert entry["words_practiced"] == 1
    client.post(f"{path}/cancel")
    assert client.get(path).json()["status"] == "cancelled"
    (entry,) = client.get("/api/v1/sessions/history").json()["sessions"]
    assert entry["status"] == "cancelled"
