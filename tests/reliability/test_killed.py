"""E3: the product is killed again and again under clients that retry; nothing lost or doubled."""

import asyncio
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.support.product import Product

from .clients import Portal

pytestmark = pytest.mark.processes

TORTURE = [pytest.mark.torture, pytest.mark.both_databases]
CLIENTS = 16
# Answers acknowledged before each kill, and so at least 2,000 before twenty.
BETWEEN = 100


class Acknowledged:
    """Keys of the answers that a client was told are recorded."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.done = False
        self.everybody_started = asyncio.Barrier(CLIENTS + 1)


async def client(number: int, product: Product, seen: Acknowledged) -> None:
    """Answers one item after the other, each sent under its key until it is acknowledged."""
    async with Portal(product, product.world.learners[number]) as portal:
        session_id = await portal.start()
        await seen.everybody_started.wait()
        keys: Iterator[str] = (f"{number}/{place}" for place in count())
        while not seen.done:
            key = next(keys)
            while not await acknowledged(portal, session_id, key):
                await asyncio.sleep(0.02)
            seen.keys.add(key)


async def acknowledged(portal: Portal, session_id: str, key: str) -> bool:
    try:
        response = await portal.answer(session_id, portal.first_item, key=key)
    except httpx.TransportError:
        return False
    assert response.status_code in {200, 409, 503}, response.text
    return response.status_code == 200


async def kill_again_and_again(product: Product, seen: Acknowledged, kills: int) -> None:
    await seen.everybody_started.wait()
    for _ in range(kills):
        enough = len(seen.keys) + BETWEEN
        while len(seen.keys) < enough:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(product.restart)
    seen.done = True


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=TORTURE)])
@pytest.mark.parametrize("fast_path", ["true", "false"])
async def test_e3_kills_lose_and_double_nothing(serve, record_figure, fast_path, kills) -> None:
    product = serve(environment={"FAST_PATH": fast_path})
    seen = Acknowledged()
    async with asyncio.TaskGroup() as tasks:
        for number in range(CLIENTS):
            tasks.create_task(client(number, product, seen))
        tasks.create_task(kill_again_and_again(product, seen, kills))

    recorded = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    keyed = product.database.value("SELECT count(DISTINCT key) FROM sessions_core_attempt")
    drift = product.database.value(
        "SELECT count(*) FROM sessions_core_session s WHERE attempt_count <>"
        " (SELECT count(*) FROM sessions_core_attempt a WHERE a.session_id = s.id)"
    )
    record_figure(
        f"E3, fast path {fast_path}: {kills} kills, {len(seen.keys)} acknowledged,"
        f" {recorded} recorded, {recorded - keyed} doubled, {drift} sessions adrift"
    )
    assert len(seen.keys) >= kills * BETWEEN
    assert recorded == keyed == len(seen.keys)
    assert drift == 0
