"""E9: the database calls every other write a deadlock; it is tried again, then a 503."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import psycopg
import pytest

from tests.support.databases import Learner

from .clients import UNAVAILABLE, Portal

pytestmark = [pytest.mark.processes, pytest.mark.postgres]

CLIENTS = 16

# The sequence counts on when a transaction is rolled back.
INJECT = """
CREATE SEQUENCE injected;
CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF random() < 0.6 THEN
        PERFORM nextval('injected');
        RAISE EXCEPTION 'injected' USING ERRCODE = 'deadlock_detected';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER injected BEFORE INSERT ON sessions_core_attempt
    FOR EACH STATEMENT EXECUTE FUNCTION deadlock();
CREATE TRIGGER injected BEFORE INSERT ON sessions_core_transition
    FOR EACH STATEMENT EXECUTE FUNCTION deadlock();
"""


@pytest.mark.parametrize("deadlocks", [50, pytest.param(1000, marks=pytest.mark.torture)])
@pytest.mark.parametrize("fast_path", ["true", "false"])
async def test_e9_deadlocks(serve, record_figure, fast_path, deadlocks) -> None:
    product = serve(environment={"FAST_PATH": fast_path})
    with psycopg.connect(product.database.url, autocommit=True) as connection:
        connection.execute(INJECT)
    statuses: Counter[int] = Counter()
    answered = 0
    over = asyncio.Event()

    async def until_accepted(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """A 503 is final for what was sent: sending it again is another request."""
        while True:
            response = await send()
            statuses[response.status_code] += 1
            if response.status_code != UNAVAILABLE:
                return response
            assert int(response.headers["Retry-After"]) >= 1

    async def practise(portal: Portal) -> None:
        nonlocal answered
        body = {"activity_id": product.world.activity_id, "settings": {"word_count": 20}}
        began = await until_accepted(lambda: portal.http.post("/start", json=body))
        session_id, item = began.json()["session_id"], began.json()["first_item"]["item_id"]
        for _ in range(5):
            await until_accepted(lambda: portal.answer(session_id, item))
            answered += 1
        await until_accepted(lambda: portal.complete(session_id))

    async def client(learner: Learner) -> None:
        async with Portal(product, learner) as portal:
            while not over.is_set():
                await practise(portal)

    async def count() -> int:
        seen = 0
        while seen < deadlocks:
            await asyncio.sleep(0.2)
            seen = product.database.value("SELECT last_value FROM injected")
        over.set()
        return seen

    async with asyncio.TaskGroup() as tasks:
        for learner in product.world.learners[:CLIENTS]:
            tasks.create_task(client(learner))
        counting = tasks.create_task(count())

    attempts = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    unfinished = product.database.value(
        "SELECT count(*) FROM sessions_core_session WHERE status <> 'completed'"
    )
    drift = product.database.value(
        "SELECT count(*) FROM sessions_core_session s WHERE attempt_count <>"
        " (SELECT count(*) FROM sessions_core_attempt a WHERE a.session_id = s.id)"
    )
    record_figure(
        f"E9, fast path {fast_path}: {counting.result()} deadlocks and more: {dict(statuses)},"
        f" {attempts} recorded of {answered} accepted, {drift} adrift"
    )
    assert set(statuses) <= {200, 201, UNAVAILABLE}
    # So many in a row that it is given up are rare.
    assert statuses[UNAVAILABLE] or deadlocks < 1000
    assert attempts == answered
    assert (unfinished, drift) == (0, 0)
