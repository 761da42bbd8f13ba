"""E7: answers made offline are sent three times, each time in another order."""

import random
from collections import Counter
from typing import Any

import pytest

from .clients import Portal

pytestmark = pytest.mark.processes

TORTURE = [pytest.mark.torture, pytest.mark.both_databases]
TIMES = 3
BATCHES = 5


@pytest.mark.parametrize("batch", [10, pytest.param(100, marks=TORTURE)])
@pytest.mark.parametrize("redis", [False, True], ids=["alone", "redis"])
async def test_e7_offline_answers_count_once_and_cost_once(
    serve, own_redis, record_figure, redis, batch
) -> None:
    made = BATCHES * batch
    environment = {"UNITS_AN_HOUR": str(made)}
    product = serve(redis_url=own_redis().url if redis else "", environment=environment)
    items = list(product.world.answers)
    chance = random.Random(7)
    queue = [
        {
            "item_id": chance.choice(items),
            "answer": "no idea",
            "time_taken": 1,
            "idempotency_key": f"offline {number}",
        }
        for number in range(made)
    ]
    async with Portal(product, product.world.learners[0]) as portal:
        session_id = await portal.start(word_count=len(items))

        async def send_all() -> Counter[int]:
            """What each answer got, by status; the queue goes out in a new order."""
            chance.shuffle(queue)
            statuses: Counter[int] = Counter()
            for begin in range(0, made, batch):
                body = {"answers": queue[begin : begin + batch]}
                response = await portal.http.post(f"/{session_id}/progress/batch", json=body)
                assert response.status_code == 200, response.text
                statuses.update(result["status"] for result in response.json()["results"])
                remaining.append(int(response.headers["RateLimit-Remaining"]))
            return statuses

        remaining: list[int] = []
        rounds = [await send_all() for _ in range(TIMES)]
        one_more = await portal.answer(session_id, items[0], key="one more")
        again = await portal.http.post(f"/{session_id}/progress", **alone(queue[0]))

    recorded = product.database.rows(
        "SELECT count(*), count(DISTINCT key), max(seq) FROM sessions_core_attempt"
    )
    record_figure(
        f"E7, {'Redis' if redis else 'alone'}: {made} answers sent {TIMES} times, shuffled:"
        f" {recorded[0][0]} recorded, quota left after each round {remaining[4::5]}"
    )
    assert rounds == [Counter({200: made})] * TIMES
    assert recorded == [(made,) * 3]
    assert remaining[4:] == [0] * (TIMES * BATCHES - 4)
    assert one_more.status_code == 429
    assert again.status_code == 200


def alone(entry: dict[str, Any]) -> dict[str, Any]:
    """An answer from the batch as a request of its own."""
    entry = dict(entry)
    return {"headers": {"Idempotency-Key": entry.pop("idempotency_key")}, "json": entry}
