"""E12: the product's processes are ended one after the other, under load; no request fails."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.support.databases import Learner
from tests.support.product import Product

from .clients import Portal

pytestmark = pytest.mark.processes

CLIENTS = 8
# Requests answered between two of them.
BETWEEN = 100


def workers(product: Product) -> set[int]:
    """The processes that answer: uvicorn's own, which begins them anew, apart."""
    found = set()
    for line in Path("/proc").glob("[0-9]*/stat"):
        try:
            # "pid (name) state parent …"; the name may hold anything.
            parent = int(line.read_text().rpartition(")")[2].split()[1])
            command = line.with_name("cmdline").read_text()
        except OSError:
            continue  # It has just ended.
        if parent == product.process.pid and "spawn_main" in command:
            found.add(int(line.parent.name))
    return found


async def restart_one_after_the_other(
    product: Product, statuses: Counter[object], times: int
) -> None:
    for number in range(times):
        before = workers(product)
        ended = sorted(before)[number % len(before)]
        os.kill(ended, signal.SIGTERM)
        while ended in (now := workers(product)) or now == before - {ended}:
            await asyncio.sleep(0.05)
        enough = statuses.total() + BETWEEN
        while statuses.total() < enough:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("times", [1, pytest.param(6, marks=pytest.mark.torture)])
async def test_e12_a_rolling_restart_fails_no_request(serve, record_figure, times) -> None:
    product = serve(workers=2)
    done = asyncio.Event()
    statuses: Counter[object] = Counter()

    async def client(learner: Learner, connection: str) -> None:
        async with Portal(product, learner) as portal:
            portal.http.headers["Connection"] = connection
            session_id = await portal.start()
            while not done.is_set():
                try:
                    response = await portal.answer(session_id, portal.first_item)
                except httpx.TransportError as error:
                    statuses[repr(error)] += 1
                else:
                    statuses[response.status_code] += 1

    async with asyncio.TaskGroup() as tasks:
        for number, learner in enumerate(product.world.learners[:CLIENTS]):
            # As browsers ask, and as a proxy in front asks by default.
            tasks.create_task(client(learner, ["keep-alive", "close"][number % 2]))
        await restart_one_after_the_other(product, statuses, times)
        done.set()

    attempts = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    record_figure(f"E12: {times} processes ended by SIGTERM under load: {dict(statuses)}")
    assert set(statuses) == {200}
    assert attempts == statuses[200]
