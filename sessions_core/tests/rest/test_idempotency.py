"""A request sent again under its key has its first response and no second effect."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from sessions_core.actor import Actor
from sessions_core.errors import SessionError
from sessions_core.models import IdempotentResponse
from sessions_core.rest import idempotency, replies, sealing
from sessions_core.rest.problems import BadInput

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


def test_a_reply_that_is_an_error_leaves_neither_effect_nor_record(client) -> None:
    response = client.post("/kit/refuse", {}, headers={"Idempotency-Key": "one"})

    assert response.status_code == 400
    assert not effects()
    assert not IdempotentResponse.objects.exists()


def test_a_request_that_breaks_leaves_no_effect_and_burns_no_key(client, monkeypatch) -> None:
    def break_down(*args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "_rendered", break_down)
        with pytest.raises(ZeroDivisionError):
            keep(client, "a")
    assert not effects()
    assert not IdempotentResponse.objects.exists()

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
    rendered = idempotency._rendered

    def refuse_twice(*args: object) -> bytes:
        if next(refusals):
            raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected()
        return rendered(*args)

    monkeypatch.setattr(idempotency, "_rendered", refuse_twice)

    assert keep(client, "a").status_code == 201
    assert effects() == IdempotentResponse.objects.count() == 1


def test_the_digest_of_a_key_names_its_owner() -> None:
    keys = [
        idempotency.answer_key(Actor(user_id=1), "k"),
        idempotency.answer_key(Actor(user_id=11), "k"),
        idempotency.answer_key(Actor(user_id=1), "1k"),
    ]

    assert len(set(keys)) == 3
    assert idempotency.answer_key(Actor(user_id=1), "k") == keys[0]
    assert idempotency.answer_key(Actor(user_id=1), None) is None


def test_a_key_is_anothers_for_another_operation_or_resource() -> None:
    ana = Actor(user_id=1)
    keys = [
        idempotency.answer_key(ana, "k"),
        idempotency.operation_key(ana, "portal:start", "", "k"),
        idempotency.operation_key(ana, "portal:complete", "", "k"),
        idempotency.operation_key(ana, "portal:complete", "1", "k"),
        idempotency.operation_key(ana, "portal:complete", "12", "k"),
        idempotency.operation_key(ana, "portal:complete", "1", "2k"),
        idempotency.operation_key(ana, "portal:complete", "1", "k2"),
        idempotency.operation_key(Actor(user_id=11), "portal:complete", "1", "k"),
    ]

    assert len(set(keys)) == len(keys)
    assert idempotency.operation_key(ana, "portal:complete", "1", "k") == keys[3]
    assert idempotency.operation_key(ana, "portal:complete", "1", None) is None
    with pytest.raises(BadInput):
        idempotency.operation_key(ana, "portal:complete", "1", "")


@dataclass
class First:
    """A request under the key "one" that runs in a thread until it is told how to end."""

    keyed: replies.KeyedRequest
    failure: Exception | None = None
    began: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            with suppress(SessionError):
                replies.once(self.keyed, self._act)
        finally:
            connection.close()

    def _act(self) -> replies.Reply:
        Group.objects.create(name="a")
        self.began.set()
        self.may_end.wait(10)
        if self.failure is not None:
            raise self.failure
        return replies.Reply(201, b'{"first":true}')


@contextmanager
def running(learner, pool, failure: Exception | None = None) -> Iterator[First]:
    actor, operation = Actor(user_id=learner.pk), "plainly:keep"
    key = idempotency.operation_key(actor, operation, "", "one")
    keyed = replies.KeyedRequest(key, actor.scope, operation, "", {"name": "a"})
    first = First(keyed, failure)
    done = pool.submit(first.run)
    assert first.began.wait(10)
    try:
        yield first
    finally:
        first.may_end.set()
        done.result(10)


def from_a_thread(client) -> Any:
    try:
        return keep(client, "a")
    finally:
        connection.close()


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def let_one_wait() -> None:
    until = time.monotonic() + 10
    while not is_somebody_waiting():
        assert time.monotonic() < until, "nobody waits for the first request"
        time.sleep(0.01)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_second_request_waits_for_the_first_and_replays_it(learner, client) -> None:
    with ThreadPoolExecutor(2) as pool, running(learner, pool) as first:
        second = pool.submit(from_a_thread, client)
        let_one_wait()
        first.may_end.set()
        response = second.result(10)

    assert (response.status_code, response.content) == (201, b'{"first":true}')
    assert response["Idempotency-Replayed"] == "true"
    assert response["RateLimit-Remaining"] == "3"
    assert effects() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_second_request_acts_if_the_first_one_fails(learner, client) -> None:
    with ThreadPoolExecutor(2) as pool, running(learner, pool, SessionError()) as first:
        second = pool.submit(from_a_thread, client)
        let_one_wait()
        first.may_end.set()
        response = second.result(10)

    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response
    assert effects() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_second_request_whose_wait_is_cut_short_is_told_so(learner, client) -> None:
    waits = []

    def count(execute, sql, *args):
        waits.extend(["insert"] if "INSERT" in sql else [])
        return execute(sql, *args)

    with ThreadPoolExecutor(1) as pool, running(learner, pool):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        with connection.execute_wrapper(count):
            response = keep(client, "a")
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")  # The pool gives the connection to others.
        connection.close()

    assert response.status_code == 409
    assert response.json()["code"] == "idempotency_key_in_progress"
    assert len(waits) == 1
    assert keep(client, "a")["Idempotency-Replayed"] == "true"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_the_effect(learner, client_of, settings, record_figure) -> None:
    settings.SESSIONS_LIMITS = {"kit-test": [(1000, 60)]}
    clients = [client_of(learner) for _ in range(16)]
    with ThreadPoolExecutor(len(clients)) as pool:
        responses = list(pool.map(from_a_thread, clients))

    statuses = Counter(response.status_code for response in responses)
    record_figure(f"E1 (kit): 16 posts with one key, 1 effect: {dict(statuses)}")
    assert statuses == {201: 16}
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotency-Replayed" in response for response in responses) == 15
    assert effects() == 1
    assert keep(clients[0], "a")["RateLimit-Remaining"] == "999"
