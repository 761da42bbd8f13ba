"""L7: a thousand people who only watch."""

import asyncio
from datetime import date
from pathlib import Path

import psycopg
import pytest
from websockets.asyncio.client import connect

from sessions_core.models import Session
from tests.support.product import Product

from .learning import Learning

pytestmark = [pytest.mark.processes, pytest.mark.postgres, pytest.mark.torture]

SOCKETS = 1000


def resident(product: Product) -> int:
    """Bytes of memory the product occupies."""
    pages = Path(f"/proc/{product.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def connections(product: Product) -> int:
    """Connections to the product's database that somebody holds, apart from this test's."""
    with psycopg.connect(product.database.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'langportal' AND state <> 'idle'"
        ).fetchone()
    return row[0]


async def open_and_wait(product: Product, ids: list[int], token: str) -> tuple[int, int]:
    """Memory with all sockets open, and connections to the database then in use."""
    at_once = asyncio.Semaphore(20)
    sockets = []

    async def watch(session_id: int) -> None:
        async with at_once:
            socket = await connect(
                f"{product.ws_url}/ws/sessions/{session_id}",
                additional_headers={"Authorization": f"Bearer {token}"},
                proxy=None,
                open_timeout=120,
            ).__aenter__()
            sockets.append(socket)
            await socket.recv()

    await asyncio.gather(*(watch(session_id) for session_id in ids))
    await asyncio.sleep(3)
    measured = resident(product), connections(product)
    await asyncio.gather(*(socket.close() for socket in sockets))
    return measured


def test_a_thousand_idle_sockets(another, learning: Learning, record_figure) -> None:
    product = another()
    common = {"user": learning.user, "dialect": "portal", "local_day": date(2026, 1, 1)}
    rows = Session.objects.bulk_create(Session(**common) for _ in range(SOCKETS + 50))
    ids = [row.pk for row in rows]
    asyncio.run(open_and_wait(product, ids[SOCKETS:], learning.token))  # first-time costs
    before = resident(product)
    after, held = asyncio.run(open_and_wait(product, ids[:SOCKETS], learning.token))
    each = (after - before) / SOCKETS / 1024
    record_figure(
        f"L7: {SOCKETS} idle sockets on as many sessions: {each:.0f} KiB each,"
        f" {held} database connections in use"
    )
    assert each < 100
    assert held == 0
