"""An answer counts once: under retries, under many clients, against the end of the session."""

import asyncio
import http.client
import json
from collections import Counter

import pytest

from tests.support.databases import Learner
from tests.support.product import Product

from .clients import Portal, at_most

pytestmark = [pytest.mark.processes, pytest.mark.both_databases]

POSTS = 200
CLIENTS = 50
ANSWERS_EACH = 4


def two_processes(serve) -> tuple[Product, Product]:
    """Two of the product's processes over one database: within one, answers stand in one queue."""
    first = serve()
    return first, serve(database=first.database)


async def test_e1_two_hundred_posts_with_one_key_count_once(serve, record_figure) -> None:
    product, second = two_processes(serve)
    ana = product.world.learners[0]
    async with Portal(product, ana) as here, Portal(second, ana) as there:
        session_id = await here.start()
        outcomes = await asyncio.gather(
            *(
                (here, there)[number % 2].answer_until_final(session_id, here.first_item, "one-key")
                for number in range(POSTS)
            )
        )

    finals = [response for response, _ in outcomes]
    retried = Counter(status for _, before in outcomes for status in before)
    bodies = {response.text for response in finals}
    attempts = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    record_figure(
        f"E1: {POSTS} concurrent posts with one key: {attempts} attempt,"
        f" {len(bodies)} body, asked to retry {dict(retried)}"
    )
    assert {response.status_code for response in finals} == {200}
    assert attempts == 1
    assert len(bodies) == 1
    assert not [status for status in retried if status >= 500]


async def test_e2_a_key_belongs_to_one_request_of_one_learner(serve, record_figure) -> None:
    product = serve()
    ana, ben = product.world.learners[:2]
    async with Portal(product, ana) as hers, Portal(product, ben) as his:
        session_id, his_session = await hers.start(), await his.start()
        item_id = hers.first_item

        refused = await hers.answer(session_id, "no-such-item", "x", key="burnt?")
        first = await hers.answer(session_id, item_id, key="burnt?")
        other_body = await hers.answer(session_id, item_id, "something else", key="burnt?")
        of_another = await his.answer(his_session, his.first_item, key="burnt?")
        longest = await hers.answer(session_id, item_id, key="k" * 255)
        bad = {
            "256 characters": (await hers.answer(session_id, item_id, key="k" * 256)).status_code,
            "empty": (await hers.answer(session_id, item_id, key="")).status_code,
        }
    bad |= {
        name: status_of_raw_key(product, ana, session_id, item_id, key)
        for name, key in {"NUL": b"a\x00b", "control": b"a\x01b"}.items()
    }

    attempts = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    record_figure(f"E2: {attempts} attempts of 3 keys; bad keys: {bad}")
    assert refused.status_code == 400
    assert first.status_code == 200
    assert other_body.status_code == 422
    assert other_body.json()["error"] == "idempotency_key_reused"
    assert of_another.status_code == 200
    assert longest.status_code == 200
    assert set(bad.values()) == {400}
    assert attempts == 3


def status_of_raw_key(product, learner, session_id: str, item_id: str, key: bytes) -> int:
    """The answer to a header that no well-behaved client library would send."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=120)
    body = json.dumps({"item_id": item_id, "answer": "x", "time_taken": 1}).encode()
    connection.putrequest("POST", f"/api/v1/sessions/{session_id}/progress")
    connection.putheader("Authorization", learner.headers["Authorization"])
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection._buffer.append(b"Idempotency-Key: " + key)
    connection.endheaders(body)
    status = connection.getresponse().status
    connection.close()
    return status


async def test_e4_fifty_clients_on_one_session_leave_exact_totals(serve, record_figure) -> None:
    product, second = two_processes(serve)
    items = list(product.world.answers)
    ana = product.world.learners[0]
    async with Portal(product, ana) as here, Portal(second, ana) as there:
        session_id = await here.start(word_count=len(items))

        async def client(number: int) -> list[int]:
            portal = (here, there)[number % 2]
            mine = items[number * ANSWERS_EACH : (number + 1) * ANSWERS_EACH]
            right = [None if place % 2 else "wrong" for place in range(ANSWERS_EACH)]
            return [
                (await portal.answer_until_final(session_id, item, f"{number}-{place}", text))[
                    0
                ].status_code
                for place, (item, text) in enumerate(zip(mine, right, strict=True))
            ]

        statuses = await asyncio.gather(*(client(number) for number in range(CLIENTS)))
        details = (await here.http.get(f"/{session_id}")).json()

    total = CLIENTS * ANSWERS_EACH
    counters = product.database.rows(
        "SELECT attempt_count, correct_count, answered_count, last_seq, response_ms"
        " FROM sessions_core_session"
    )
    recount = product.database.rows(
        "SELECT count(*), sum(CASE WHEN correct THEN 1 ELSE 0 END), count(DISTINCT item_id),"
        " max(seq), sum(response_ms) FROM sessions_core_attempt"
    )
    record_figure(f"E4: {CLIENTS} clients, {total} answers: counters {counters[0]}")
    assert {status for each in statuses for status in each} == {200}
    assert counters == [(total, total // 2, total, total, total * 1500)]
    assert recount == counters
    assert details["performance"]["correct_answers"] == total // 2


@pytest.mark.parametrize("rounds", [2, pytest.param(25, marks=pytest.mark.torture)])
async def test_e5_nothing_lands_after_the_end(serve, record_figure, rounds) -> None:
    """``rounds`` of each learner: 40 races, or 500."""
    product, second = two_processes(serve)

    async def race(here: Portal, there: Portal, number: int) -> tuple[int, int]:
        """An answer to one process, the end of the session to the other."""
        session_id = await here.start(word_count=2)
        pair = [here.answer(session_id, here.first_item), there.complete(session_id)]
        if number % 2:
            return tuple(r.status_code for r in await asyncio.gather(*pair))
        return tuple(r.status_code for r in await asyncio.gather(*pair[::-1]))[::-1]

    async def races(learner: Learner) -> list[tuple[int, int]]:
        async with Portal(product, learner) as here, Portal(second, learner) as there:
            return [await race(here, there, number) for number in range(rounds)]

    learners = product.world.learners
    raced = await at_most(8, [races(learner) for learner in learners])

    outcomes = Counter(outcome for learner in raced for outcome in learner)
    late = product.database.value(
        "SELECT count(*) FROM sessions_core_attempt a JOIN sessions_core_transition t"
        " ON t.session_id = a.session_id WHERE t.status = 'completed' AND a.seq >= t.seq"
    )
    drift = product.database.value(
        "SELECT count(*) FROM sessions_core_session s WHERE attempt_count <>"
        " (SELECT count(*) FROM sessions_core_attempt a WHERE a.session_id = s.id)"
    )
    answered = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    record_figure(
        f"E5: {rounds * len(learners)} races of an answer against the end: {dict(outcomes)},"
        f" {late} landed after"
    )
    assert set(outcomes) <= {(200, 200), (400, 200)}
    assert answered == outcomes[200, 200]
    assert (late, drift) == (0, 0)


async def test_e5_fifty_completes_are_one(serve, record_figure) -> None:
    product, second = two_processes(serve)
    ana = product.world.learners[0]
    async with Portal(product, ana) as here, Portal(second, ana) as there:
        session_id = await here.start()
        await here.answer(session_id, here.first_item)
        responses = await asyncio.gather(
            *((here, there)[number % 2].complete(session_id) for number in range(CLIENTS))
        )

    statuses = Counter(response.status_code for response in responses)
    ends = product.database.value(
        "SELECT count(*) FROM sessions_core_transition WHERE status = 'completed'"
    )
    record_figure(f"E5: {CLIENTS} concurrent completes: {dict(statuses)}, {ends} end")
    assert statuses == {200: 1, 400: CLIENTS - 1}
    assert ends == 1
