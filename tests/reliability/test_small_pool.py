"""A pool smaller than the crowd: who waits for a group must not keep from it what it needs."""

import asyncio
from collections import Counter

import httpx
import pytest

pytestmark = [pytest.mark.processes, pytest.mark.postgres]


@pytest.mark.parametrize("fast_path", ["true", "false"])
async def test_answers_wait_for_their_group_without_a_connection(serve, fast_path) -> None:
    """Without a session they are recorded over the pool; each token is new to the process, which
    has to look it up there first.
    """
    environment = {"DATABASE_POOL_SIZE": "1", "FAST_PATH": fast_path}
    product = serve(environment=environment)
    exercise = next(iter(product.world.answers))
    body = {"exercise_id": exercise, "user_answer": product.world.answers[exercise]}

    async with httpx.AsyncClient(base_url=product.base_url, timeout=120) as http:

        async def answer(learner) -> int:
            path = "/api/exercises/submit"
            return (await http.post(path, json=body, headers=learner.headers)).status_code

        statuses = Counter(await asyncio.gather(*map(answer, product.world.learners)))
    assert statuses == {200: len(product.world.learners)}
    recorded = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    assert recorded == len(product.world.learners)
