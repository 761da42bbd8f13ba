"""Redis dies or hangs: answers go on, readiness says so, and it all comes back with Redis."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest

from .clients import Portal

pytestmark = pytest.mark.processes

ANSWERS = 40
# Only ends a test that would wait in vain.
PATIENCE = 120


@pytest.mark.parametrize(
    ("label", "loss"),
    [("L1", "killed"), pytest.param("L2", "stopped", marks=pytest.mark.torture)],
)
@pytest.mark.parametrize("fast_path", ["true", "false"])
async def test_answers_outlive_redis(
    serve, own_redis, record_figure, label, loss, fast_path
) -> None:
    server = own_redis()
    product = serve(redis_url=server.url, environment={"FAST_PATH": fast_path})
    items = list(product.world.answers)
    async with Portal(product, product.world.learners[0]) as portal:
        session_id = await portal.start(word_count=len(items))
        before = await timed(portal, session_id, items[:5])

        server.kill() if loss == "killed" else server.pause()
        during = await timed(portal, session_id, items[5 : 5 + ANSWERS])
        ready = await portal.http.get(f"{product.base_url}/ready")
        ended = await portal.complete(session_id)

        server.start() if loss == "killed" else server.resume()
        back = await seconds_until(lambda: is_ready(portal.http, product.base_url))

    statuses = Counter(status for status, _ in during)
    slowest = max(seconds for _, seconds in during)
    attempts = product.database.value("SELECT count(*) FROM sessions_core_attempt")
    record_figure(
        f"{label}, fast path {fast_path}: Redis {loss}: {ANSWERS} answers {dict(statuses)},"
        f" slowest {slowest:.2f} s; ready says {ready.json()['status']},"
        f" and ready {back:.1f} s after Redis is back"
    )
    assert {status for status, _ in before} == {200}
    assert statuses == {200: ANSWERS}
    assert attempts == 5 + ANSWERS
    assert ready.json()["status"] == "degraded"
    assert ended.status_code == 200


async def timed(portal: Portal, session_id: str, items: list[str]) -> list[tuple[int, float]]:
    """Answer one after the other: status and seconds of each."""
    results = []
    for item in items:
        began = time.monotonic()
        response = await portal.answer(session_id, item)
        results.append((response.status_code, time.monotonic() - began))
    return results


async def is_ready(http: httpx.AsyncClient, base_url: str) -> bool:
    return (await http.get(f"{base_url}/ready")).json()["status"] == "ready"


async def seconds_until(holds: Callable[[], Awaitable[bool]]) -> float:
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < PATIENCE
    return time.monotonic() - began
