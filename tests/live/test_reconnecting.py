"""L3, L4: a client that loses its line misses nothing, and what it is told is true."""

from contextlib import suppress
from threading import Semaphore, Thread
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection, transaction

from sessions_core.realtime.definitions import Close
from tests.support.product import Product

from .learning import Asking, Learning
from .watcher import Watcher

pytestmark = pytest.mark.processes

# Between two disconnects.
EACH = 40


@pytest.mark.redis
@pytest.mark.parametrize("disconnects", [5, pytest.param(50, marks=pytest.mark.torture)])
def test_disconnects_among_many_events(
    products: list[Product],
    learning: Learning,
    practice: Learning | Asking,
    record_figure,
    disconnects: int,
) -> None:
    session = learning.start()
    count = disconnects * EACH
    lines = Semaphore(0)  # so that the events are spread over all the lines

    def practise() -> None:
        for number in range(count):
            if number % EACH == 0:
                lines.acquire()
            practice.answer(session, number)
        connection.close()

    practising = Thread(target=practise, daemon=True)
    practising.start()
    told: list[int] = []
    resyncs = unavailable = 0
    for line in range(disconnects + 1):
        # Cut in the middle of the events of this line; the last line sees the end.
        until = min(line * EACH + EACH // 2, count)
        lines.release()
        while not told or told[-1] < until:
            last = told[-1] if told else 0
            with Watcher(products[line % 2], session.pk, learning.token, after=last) as seen:
                seen.until_id_or_closed(until)
                cut(seen)
                code = seen.until_closed()
            resyncs += len(seen.of("resync"))
            unavailable += code == Close.UNAVAILABLE
            assert unavailable < disconnects
            told += seen.ids
    practising.join()
    missing = count - len(set(told))
    doubled = len(told) - len(set(told))
    record_figure(
        f"L3, by {'request' if isinstance(practice, Asking) else 'verb'}: {count} events,"
        f" {disconnects} disconnects: {missing} missing, {doubled} doubled, {resyncs} resyncs,"
        f" {unavailable} times told to try again"
    )
    assert doubled == 0
    assert told == sorted(told)
    assert missing == 0 or resyncs


def cut(seen: Watcher) -> None:
    """Lose the line without a word, as a phone in a tunnel does."""
    with suppress(OSError):
        seen.socket.socket.shutdown(2)


def test_nothing_is_told_before_its_commit_or_after_a_rollback(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until_id(0)
        with transaction.atomic():
            learning.answer(session, 0)
            told_inside = list(seen.ids)
            transaction.set_rollback(True)
        learning.answer(session, 1)  # takes the id that was never used
        seen.until_id(1)
        assert told_inside == [0]
        assert seen.ids == [0, 1]
        assert seen.numbered[1]["data"]["success_rate"] == 1.0


#: Not even a deferred check, the last thing before the commit, comes after the event.
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'refused at the commit' USING ERRCODE = 'serialization_failure'; END $$;
CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON sessions_core_attempt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.answer = 'refuse me') EXECUTE FUNCTION refuse();
"""


@pytest.mark.postgres
@pytest.mark.parametrize("fast_path", ["true", "false"])
def test_an_answer_whose_commit_fails_is_told_to_nobody(serve, fast_path) -> None:
    product = serve(environment={"FAST_PATH": fast_path})
    learner = product.world.learners[0]
    with psycopg.connect(product.database.url, autocommit=True) as database:
        database.execute(REFUSE)
    with httpx.Client(base_url=product.base_url, headers=learner.headers, timeout=120) as http:
        body = {"activity_id": product.world.activity_id, "settings": {"word_count": 5}}
        session = http.post("/api/v1/sessions/start", json=body).json()
        address = f"/api/v1/sessions/{session['session_id']}/progress"
        answer = {"item_id": session["first_item"]["item_id"], "time_taken": 1}
        with Watcher(product, session["session_id"], learner.token) as seen:
            seen.until_id(0)
            refused = http.post(address, json={**answer, "answer": "refuse me"})
            taken = http.post(address, json={**answer, "answer": "no idea"})
            seen.until_id(1)
            told = seen.numbered
    assert (refused.status_code, taken.status_code) == (503, 200)
    assert [event["id"] for event in told] == [0, 1]
    assert told[1]["data"]["completed"] == 1


def test_events_applied_to_an_old_state_make_the_present_one(
    product: Product, learning: Learning, practice: Learning | Asking
) -> None:
    session = learning.start()
    practice.answer(session, count=3)
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until_id(3)
        for number in range(3, 40):
            practice.answer(session, number)
        learning.pause(session)
        learning.resume(session)
        learning.pause(session)
        seen.until_id(43)
        state: dict[str, Any] = {}
        for event in seen.numbered:
            state |= event["data"]
    with Watcher(product, session.pk, learning.token) as fresh:
        fresh.until_id(43)
        present = fresh.numbered[0]["data"]
    assert {name: state[name] for name in present} == present
    assert present["status"] == "paused"
