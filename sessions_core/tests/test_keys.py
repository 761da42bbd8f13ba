"""Idempotency keys on the surfaces of learning sessions: what is one key, and what is another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from sessions_core import public_id
from sessions_core.models import Attempt, IdempotentResponse, Session
from sessions_core.rest import limits

from .builders import client_of, learner, vocabulary

pytestmark = pytest.mark.django_db

PORTAL = "/api/v1/sessions"
BOTH = ["", "/"]


@pytest.fixture(autouse=True)
def _nothing_counted():
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def activity():
    return vocabulary()


@pytest.fixture
def client():
    return client_of(learner())


def send(client, path, body=None, key="one", method="post"):
    headers = {} if key is None else {"Idempotency-Key": key}
    return getattr(client, method)(path, body or {}, format="json", headers=headers)


def started(client, activity):
    body = {"activity_id": activity.pk}
    return send(client, f"{PORTAL}/start", body, key=None).json()


def numbers_of(session):
    return session["session_id"], str(public_id.decode(session["session_id"]))


def is_replay(response) -> bool:
    assert response.status_code < 300, response.content
    return response.headers.get("Idempotency-Replayed") == "true"


# One key


@pytest.mark.parametrize("slash", BOTH)
@pytest.mark.parametrize("root", [PORTAL, "/v1/sessions"])
def test_a_start_is_one_at_every_address(client, activity, root, slash) -> None:
    body = {"activity_id": activity.pk}
    first = send(client, f"{PORTAL}/start", body)

    again = send(client, f"{root}/start{slash}", body)

    assert is_replay(again)
    assert again.content == first.content
    assert Session.objects.count() == 1


@pytest.mark.parametrize("slash", BOTH)
@pytest.mark.parametrize("root", [PORTAL, "/v1/sessions", "/api/v1/practice/sessions"])
def test_a_practices_start_is_one_at_every_address(client, root, slash) -> None:
    first = send(client, f"{PORTAL}/start")

    again = send(client, f"{root}/start{slash}")

    assert is_replay(again)
    assert again.content == first.content


@pytest.mark.parametrize("root", ["/api/exercises", "/exercises"])
def test_an_exercise_session_is_begun_once_at_every_address(client, root) -> None:
    send(client, "/api/exercises/session/start")

    assert is_replay(send(client, f"{root}/session/start/"))


@pytest.mark.parametrize("root", [PORTAL, "/v1/sessions"])
@pytest.mark.parametrize("verb", ["complete", "cancel", "resume"])
def test_a_session_in_the_address_has_one_name(client, activity, root, verb) -> None:
    opaque, digits = numbers_of(started(client, activity))
    first = send(client, f"{PORTAL}/{opaque}/{verb}")

    for spelling in (digits, f"0{digits}", opaque):
        again = send(client, f"{root}/{spelling}/{verb}/")
        assert is_replay(again)
        assert again.content == first.content


@pytest.mark.parametrize("root", [PORTAL, "/api/v1/practice/sessions"])
def test_a_practice_is_resumed_once_at_every_address(client, root) -> None:
    session_id = send(client, f"{PORTAL}/start", key=None).json()["session_id"]
    send(client, f"{PORTAL}/{session_id}/resume", method="put")

    opaque = public_id.encode(session_id)
    assert is_replay(send(client, f"{root}/{opaque}/resume/", method="put"))


def test_a_session_in_the_body_has_one_name(client, activity) -> None:
    opaque, digits = numbers_of(started(client, activity))
    first = send(client, "/api/exercises/session/end", {"session_id": int(digits)})

    for spelling in (digits, opaque):
        again = send(client, "/exercises/session/end/", {"session_id": spelling})
        assert is_replay(again)
        assert again.content == first.content


def test_a_practice_in_the_body_has_one_name(client) -> None:
    session_id = send(client, f"{PORTAL}/start", key=None).json()["session_id"]
    body = {"session_id": session_id, "duration_seconds": 60}
    send(client, f"{PORTAL}/complete", body)

    again = {**body, "session_id": public_id.encode(session_id)}
    assert is_replay(send(client, "/api/v1/practice/sessions/complete", again))
    other = send(client, f"{PORTAL}/complete", {**body, "duration_seconds": 61})
    assert other.status_code == 422


# Another key


def test_the_same_text_for_another_operation_is_another_key(client, activity) -> None:
    session = started(client, activity)
    opaque, digits = numbers_of(session)
    answers = [{"item_id": session["first_item"]["item_id"], "answer": "x"}]
    requests = [
        ("post", f"{PORTAL}/{opaque}/resume", {}),
        ("put", f"{PORTAL}/{opaque}/resume", {}),
        ("put", f"{PORTAL}/{opaque}/pause", {"duration_so_far": 1}),
        ("patch", f"{PORTAL}/{opaque}", {"notes": "easy"}),
        ("post", f"{PORTAL}/{opaque}/share", {}),
        ("post", f"{PORTAL}/{opaque}/progress/batch", {"answers": answers}),
        ("post", f"{PORTAL}/start", {}),
        ("post", f"{PORTAL}/start", {"activity_id": activity.pk}),
        ("post", "/api/exercises/session/start", {}),
        ("post", "/api/exercises/session/end", {"session_id": digits}),
    ]

    first = [is_replay(send(client, path, body, method=how)) for how, path, body in requests]
    again = [is_replay(send(client, path, body, method=how)) for how, path, body in requests]

    assert first == [False] * len(requests)
    assert again == [True] * len(requests)


def test_the_same_text_for_another_session_is_another_key(client, activity) -> None:
    one, other = started(client, activity), started(client, activity)
    for session in (one, other):
        assert not is_replay(send(client, f"{PORTAL}/{session['session_id']}/complete"))

    assert Session.objects.filter(status="completed").count() == 2


def test_a_session_of_no_known_spelling_keeps_no_key(client) -> None:
    for given in ("nobody!", "%00", "0", "9" * 30):
        assert send(client, f"{PORTAL}/{given}/complete").status_code == 404
    for body in ({"session_id": True}, {"session_id": None}, {"session_id": [1]}, {}):
        assert send(client, "/api/exercises/session/end", body).status_code == 422

    assert not IdempotentResponse.objects.exists()


# Batches


def batch(client, session, entries, key="one", root=PORTAL):
    path = f"{root}/{session['session_id']}/progress/batch"
    return send(client, path, {"answers": entries}, key)


def entry(session, answer="x", **more):
    return {"item_id": session["first_item"]["item_id"], "answer": answer, **more}


def test_a_batch_is_replied_to_again_to_the_letter_and_costs_nothing(client, activity) -> None:
    session = started(client, activity)
    first = batch(client, session, [entry(session), entry(session, "y")])
    send(client, f"{PORTAL}/{session['session_id']}/complete")

    again = batch(client, session, [entry(session), entry(session, "y")], root="/v1/sessions")

    assert is_replay(again)
    assert again.content == first.content
    assert first["RateLimit-Remaining"] == again["RateLimit-Remaining"] == "118"
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize("other", [["y"], ["x", "x"]])
def test_a_batch_under_the_key_of_another_is_refused_as_a_whole(client, activity, other) -> None:
    session = started(client, activity)
    batch(client, session, [entry(session)])

    response = batch(client, session, [entry(session, answer) for answer in other])

    assert response.status_code == 422
    assert response.json()["error"] == "idempotency_key_reused"
    assert Attempt.objects.count() == 1


def test_a_batch_of_another_session_has_another_key(client, activity) -> None:
    one, other = started(client, activity), started(client, activity)

    assert not is_replay(batch(client, one, [entry(one)]))
    assert not is_replay(batch(client, other, [entry(other)]))
    assert Attempt.objects.count() == 2


def test_an_answer_counts_once_alone_and_in_batches_with_and_without_a_key(
    client, activity
) -> None:
    session = started(client, activity)
    answer = entry(session)
    alone = send(client, f"{PORTAL}/{session['session_id']}/progress", answer, "k")
    keyed = {**answer, "idempotency_key": "k"}

    batches = [batch(client, session, [keyed, keyed], key) for key in ("b", None)]

    for response in batches:
        assert response.json()["results"] == [{"status": 200, **alone.json()}] * 2
        assert response["RateLimit-Remaining"] == alone["RateLimit-Remaining"] == "119"
    assert Attempt.objects.count() == 1


def test_a_new_answer_twice_in_a_batch_costs_one(client, activity) -> None:
    session = started(client, activity)
    keyed = entry(session, idempotency_key="k")

    assert batch(client, session, [keyed, keyed, entry(session)])["RateLimit-Remaining"] == "118"


def test_a_batch_is_replied_to_again_when_the_limit_is_used_up(client, activity, settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(2, 60)]}
    session = started(client, activity)
    entries = [entry(session), entry(session, "y")]
    first = batch(client, session, entries)

    assert batch(client, session, entries, key="two").status_code == 429
    again = batch(client, session, entries)
    assert again.content == first.content
    assert again["RateLimit-Remaining"] == "0"


# Answers


def alone(client, activity, answer="x", key="one", root="/api/exercises", **more):
    body = {"exercise_id": activity.items.first().pk, "user_answer": answer, **more}
    return send(client, f"{root}/submit", body, key)


def test_an_answer_without_a_session_is_kept_as_a_start_is(client, activity) -> None:
    first = alone(client, activity)
    again = alone(client, activity, root="/exercises")

    assert is_replay(again)
    assert again.content == first.content
    assert first["RateLimit-Remaining"] == again["RateLimit-Remaining"] == "119"
    assert Attempt.objects.get().key is None
    assert alone(client, activity, "y").status_code == 422
    assert Attempt.objects.count() == 1


def test_an_answer_alone_and_one_in_a_session_have_two_keys(client, activity) -> None:
    session = started(client, activity)
    answers = [alone(client, activity), alone(client, activity, session_id=session["session_id"])]

    assert not any(map(is_replay, answers))
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize("in_session", [True, False])
def test_a_replay_is_served_when_the_limit_is_used_up(
    client, activity, settings, in_session
) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(1, 60)]}
    more = {"session_id": started(client, activity)["session_id"]} if in_session else {}
    first = alone(client, activity, **more)

    again = alone(client, activity, **more)

    assert (again.status_code, again.content) == (200, first.content)
    assert again["RateLimit-Remaining"] == "0"
    refused = [
        alone(client, activity, key="two", **more),
        alone(client, activity, key="two", user_answer=7, **more),
        alone(client, activity, key="", **more),
        alone(client, activity, key=None, **more),
    ]
    for response in refused:
        assert response.status_code == 429
        assert int(response["Retry-After"]) == int(response["RateLimit-Reset"]) > 0
    assert Attempt.objects.count() == 1


def test_a_replay_takes_back_its_charge_and_no_other(client, activity) -> None:
    session = started(client, activity)
    path = f"{PORTAL}/{session['session_id']}/progress"
    left = [
        send(client, path, entry(session), key)["RateLimit-Remaining"]
        for key in ("a", "a", "b", "a", None, "b")
    ]

    assert left == ["119", "119", "118", "118", "117", "117"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["start", "alone", "batch", "complete"])
def test_of_many_at_once_one_has_the_effect(activity, record_figure, kind) -> None:
    ana = learner()
    session = started(client_of(ana), activity)
    path = f"{PORTAL}/{session['session_id']}"
    together = threading.Barrier(8)

    def one(number: int):
        client = client_of(ana)
        together.wait(10)
        try:
            if kind == "start":
                return send(client, f"{PORTAL}/start", {"activity_id": activity.pk})
            if kind == "alone":
                return alone(client, activity)
            if kind == "batch":
                return batch(client, session, [entry(session)])
            return send(client, f"{path}/complete")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(one, range(8)))

    assert len({(each.status_code, each.content) for each in responses}) == 1
    assert sum(map(is_replay, responses)) == 7
    record_figure(f"E1 ({kind}): 8 with one key, 1 effect: {responses[0].status_code} for all")
    assert len({each["RateLimit-Limit"] for each in responses}) == 1
    assert IdempotentResponse.objects.count() == 1
    assert Session.objects.count() == (2 if kind in {"start", "alone"} else 1)
    assert Attempt.objects.count() == (kind in {"alone", "batch"})
