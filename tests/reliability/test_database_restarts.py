"""E8: Postgres is restarted under load; clients are told to come back, and nothing is lost."""

import asyncio
import time
from collections import Counter

import httpx
import pytest

from tests.support.databases import Learner

from .clients import UNAVAILABLE, Portal

pytestmark = [pytest.mark.processes, pytest.mark.postgres]

CLIENTS = 16
# Answers recorded between two restarts.
BETWEEN = 50
# Only ends a request that hangs.
PATIENCE = 120


@pytest.mark.torture
@pytest.mark.parametrize("fast_path", ["true", "false"])
async def test_e8_a_restarted_database_is_told_and_found_again(
    serve, own_postgres, record_figure, fast_path
) -> None:
    await restarts_under_load(serve, own_postgres, record_figure, fast_path, times=5)


async def test_e8_one_restart(serve, own_postgres, record_figure) -> None:
    await restarts_under_load(serve, own_postgres, record_figure, "true", times=1)


async def restarts_under_load(serve, own_postgres, record_figure, fast_path, times: int) -> None:
    server, database = own_postgres
    product = serve(database=database, environment={"FAST_PATH": fast_path})
    done = asyncio.Event()
    acknowledged: set[str] = set()
    statuses: Counter[int] = Counter()
    unavailable: list[tuple[float, str | None]] = []
    slowest = 0.0

    async def answer(portal: Portal, session_id: str, key: str) -> httpx.Response:
        nonlocal slowest
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            response = await portal.answer(session_id, portal.first_item, key=key)
        took = time.monotonic() - began
        statuses[response.status_code] += 1
        slowest = max(slowest, took)
        if response.status_code == UNAVAILABLE:
            unavailable.append((took, response.headers.get("Retry-After")))
        return response

    async def client(number: int, learner: Learner) -> None:
        async with Portal(product, learner) as portal:
            session_id = await portal.start()
            place = 0
            while not done.is_set():
                key = f"{number}/{place}"
                if (await answer(portal, session_id, key)).status_code == 200:
                    acknowledged.add(key)
                    place += 1
                else:
                    await asyncio.sleep(0.05)

    async def restart() -> list[float]:
        """Seconds from the database's return until an answer is recorded, of each restart."""
        returns = []
        for _ in range(times):
            enough = len(acknowledged) + BETWEEN
            while len(acknowledged) < enough:
                await asyncio.sleep(0.02)
            await asyncio.to_thread(server.stop)
            refused = statuses[UNAVAILABLE]
            while statuses[UNAVAILABLE] == refused:
                await asyncio.sleep(0.02)
            await asyncio.to_thread(server.start)
            began, before = time.monotonic(), len(acknowledged)
            while len(acknowledged) == before:
                await asyncio.sleep(0.02)
            returns.append(time.monotonic() - began)
        done.set()
        return returns

    async with asyncio.TaskGroup() as tasks:
        for number, learner in enumerate(product.world.learners[:CLIENTS]):
            tasks.create_task(client(number, learner))
        restarting = tasks.create_task(restart())

    recorded = database.rows("SELECT count(*), count(DISTINCT key) FROM sessions_core_attempt")
    record_figure(
        f"E8, fast path {fast_path}: {times} restarts of Postgres: {dict(statuses)}, a 503 after"
        f" at most {max(took for took, _ in unavailable):.1f} s, any answer after {slowest:.1f} s,"
        f" back at most {max(restarting.result()):.1f} s after the database"
    )
    assert set(statuses) == {200, UNAVAILABLE}
    assert all(wait and int(wait) >= 1 for _, wait in unavailable)
    assert recorded == [(len(acknowledged),) * 2]
