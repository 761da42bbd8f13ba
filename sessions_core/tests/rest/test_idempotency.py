"""A request sent again under its key has its first response and no second effect."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from sessions_core.actor import Actor
from sessions_core.errors import SessionError
from sessions_core.models import IdempotentResponse
from sessions_core.rest import idempotency, replies, sealing

pytestmark = [pytest.mark.urls("sessions_core.tests.rest.surface"), pytest.mark.django_db]


def keep(client, name: str, key: str | None = "one", **extra):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/kit/keep", {"name": name}, headers=headers, **extra)


def effects() -> int:
    return Group.objects.filter(name__in=["a", "b"]).count()


def test_the_first_response_is_given_again_to_the_letter(client) -> None:
    first, again = keep(client, "a"), keep(client, "a")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert effects() == 1


def test_the_spelling_of_the_path_and_of_the_body_does_not_matter(client) -> None:
    keep(client, "a")

    again = client.post(
        "/kit/keep/",
        b'{ "name" : "a" }',
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )

    assert again["Idempotency-Replayed"] == "true"


def test_without_a_key_every_request_is_its_own(client) -> None:
    keep(client, "a", key=None)
    keep(client, "b", key=None)

    assert effects() == 2
    assert not IdempotentResponse.objects.exists()


def test_the_key_of_another_request_is_refused(client) -> None:
    keep(client, "a")

    response = keep(client, "b")

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"
    assert effects() == 1


def test_the_same_key_of_somebody_else_is_another_key(client, client_of, stranger) -> None:
    keep(client, "a")

    response = keep(client_of(stranger), "b")

    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response


def test_a_failed_request_burns_no_key(client) -> None:
    assert keep(client, "x" * 81).status_code == 400

    assert keep(client, "a").status_code == 201


def test_an_answer_that_is_an_error_is_not_kept(client) -> None:
    headers = {"Idempotency-Key": "one"}
    first = client.post("/kit/refuse", {}, headers=headers)

    assert first.status_code == 400
    assert not IdempotentResponse.objects.exists()


def test_a_request_that_breaks_leaves_no_effect_and_burns_no_key(client, monkeypatch) -> None:
    def break_down(*args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(replies, "keep", break_down)
        with pytest.raises(ZeroDivisionError):
            keep(client, "a")
    assert not effects()

    assert keep(client, "a").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b", "a\tb", "a\x7fb", "a\x85b"])
def test_a_bad_key_is_a_400(client, key) -> None:
    response = keep(client, "a", key=key)

    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["fields"]
    assert not effects()


@pytest.mark.parametrize("key", ["x" * 255, "7", "a b", "ñ", "'; drop table --"])
def test_an_odd_key_is_a_key(client, key) -> None:
    keep(client, "a", key=key)

    assert keep(client, "a", key=key)["Idempotency-Replayed"] == "true"


def test_a_replay_costs_no_quota_and_shows_it(client) -> None:
    first = keep(client, "a")
    replays = [keep(client, "a") for _ in range(5)]

    assert [r["RateLimit-Remaining"] for r in (first, *replays)] == ["2"] * 6


def test_another_request_under_a_known_key_is_counted(client) -> None:
    keep(client, "a")

    assert [keep(client, "b").status_code for _ in range(3)] == [422, 422, 429]


def test_a_day_later_the_key_is_new(client, settings) -> None:
    keep(client, "a")
    long_ago = timezone.now() - timedelta(hours=24, seconds=1)
    IdempotentResponse.objects.update(created_at=long_ago)

    response = keep(client, "b")

    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response
    assert IdempotentResponse.objects.count() == 1


def test_what_is_older_than_a_day_is_purged(client, capsys) -> None:
    keep(client, "a", key="old")
    long_ago = timezone.now() - timedelta(hours=24, seconds=1)
    IdempotentResponse.objects.update(created_at=long_ago)
    keep(client, "b", key="new")

    call_command("purge_expired")

    assert "Deleted 1 stored responses and 0 token records." in capsys.readouterr().out
    assert keep(client, "b", key="new")["Idempotency-Replayed"] == "true"


def test_neither_the_request_nor_the_response_can_be_read_in_the_table(client) -> None:
    keep(client, "canary")

    row = IdempotentResponse.objects.values().get()

    assert "canary" not in repr(row)
    assert b"canary" not in bytes(row["body"])


def test_a_stored_response_moved_to_another_key_is_refused(client) -> None:
    keep(client, "a", key="one")
    keep(client, "b", key="two")
    one, two = IdempotentResponse.objects.order_by("created_at")
    two.body = one.body
    two.save()

    with pytest.raises(InvalidTag):
        keep(client, "b", key="two")


def test_after_a_change_of_the_secret_the_former_one_still_opens(settings) -> None:
    sealed = sealing.seal(b"words", b"place")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-" * 4
    assert sealing.unseal(sealed, b"place") == b"words"

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidTag):
        sealing.unseal(sealed, b"place")


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again_and_counted_once(client, monkeypatch) -> None:
    refusals = iter([True, True, False])
    kept = replies.keep

    def refuse_twice(*args: object) -> None:
        kept(*args)
        if next(refusals):
            raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected()

    monkeypatch.setattr(replies, "keep", refuse_twice)

    assert keep(client, "a").status_code == 201
    assert effects() == IdempotentResponse.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.parametrize("verb_refuses", [True, False])
def test_a_reply_recorded_since_the_look_up_is_given(client, monkeypatch, verb_refuses) -> None:
    """The first request may end between the moment that a statement sees and its lock."""
    keep(client, "a")
    stored = IdempotentResponse.objects.get()
    asked = replies.Asked(stored.key, stored.owner, "POST", "/kit/keep", {"name": "a"})
    monkeypatch.setattr(replies, "hold", lambda key: None)

    def act() -> replies.Reply:
        Group.objects.create(name="b")
        if verb_refuses:
            raise SessionError
        return replies.Reply(201, b"another")

    assert replies.once(asked, act).replayed
    assert effects() == 1


def test_the_digest_of_a_key_names_its_owner() -> None:
    keys = [
        idempotency.answer_key(Actor(user_id=1), "k"),
        idempotency.answer_key(Actor(user_id=11), "k"),
        idempotency.answer_key(Actor(user_id=1), "1k"),
    ]

    assert len(set(keys)) == 3
    assert idempotency.answer_key(Actor(user_id=1), "k") == keys[0]
    assert idempotency.answer_key(Actor(user_id=1), None) is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_so(learner, client) -> None:
    held, done = threading.Event(), threading.Event()
    key = idempotency.answer_key(Actor(user_id=learner.pk), "one")

    def hold() -> None:
        with transaction.atomic():
            replies.hold(key)
            held.set()
            done.wait(10)
        connection.close()

    first = threading.Thread(target=hold)
    first.start()
    held.wait(10)
    response = keep(client, "a")
    done.set()
    first.join()

    assert response.status_code == 409
    assert response.json()["code"] == "idempotency_key_in_progress"
    assert keep(client, "a").status_code == 201


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_the_effect(learner, client_of, settings, record_figure) -> None:
    settings.SESSIONS_LIMITS = {"kit-test": [(1000, 60)]}
    clients = [client_of(learner) for _ in range(16)]

    def send(client) -> tuple[int, bytes]:
        response = keep(client, "a")
        connection.close()
        return response.status_code, response.content

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(send, clients))

    statuses = Counter(status for status, _ in answers)
    record_figure(f"E1 (kit): 16 posts with one key, 1 effect: {dict(statuses)}")
    assert set(statuses) <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert effects() == 1
