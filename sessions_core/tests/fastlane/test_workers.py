"""Few threads, and nobody who waits long for one of them."""

import asyncio
import logging
import threading

import pytest
from django.core.asgi import get_asgi_application
from django.db import OperationalError, connection

from sessions_core.fastlane import FastLane, groups, workers
from sessions_core.queries import freshness

from . import worlds
from .operations_corpus import bare, get

THREADS = 2


@pytest.fixture
def few(monkeypatch) -> None:
    monkeypatch.setattr(workers, "THREADS", THREADS)
    monkeypatch.setattr(workers, "PATIENCE", 0.1)


def run(scenario) -> object:
    async def with_end() -> object:
        try:
            return await scenario()
        finally:
            groups.close()
            workers.close()

    return asyncio.run(with_end())


@pytest.mark.usefixtures("few")
def test_who_waits_too_long_is_sent_elsewhere_and_who_has_begun_is_not() -> None:
    go_on = threading.Event()

    async def scenario() -> list[object]:
        pool = workers.current()
        begun = [asyncio.create_task(pool.run(go_on.wait)) for _ in range(THREADS)]
        await asyncio.sleep(0)
        with pytest.raises(workers.NotDone):
            await pool.run(lambda: "late")
        soon = asyncio.create_task(pool.run(lambda: "soon"))
        await asyncio.sleep(0)
        go_on.set()
        return [*await asyncio.gather(*begun), await soon]

    assert run(scenario) == [True, True, "soon"]


@pytest.mark.usefixtures("few")
def test_a_full_queue_sends_elsewhere_at_once(monkeypatch) -> None:
    monkeypatch.setattr(workers, "QUEUE", 0)
    go_on = threading.Event()

    async def scenario() -> None:
        pool = workers.current()
        begun = [asyncio.create_task(pool.run(go_on.wait)) for _ in range(THREADS)]
        await asyncio.sleep(0)
        with pytest.raises(workers.NotDone):
            await pool.run(lambda: None)
        go_on.set()
        await asyncio.gather(*begun)

    run(scenario)


@pytest.mark.usefixtures("few")
def test_a_thread_outlives_a_job_that_breaks_and_one_nobody_waits_for(caplog) -> None:
    async def scenario() -> str:
        pool = workers.current()
        for _ in range(2 * THREADS):
            with pytest.raises(workers.NotDone):
                await pool.run(lambda: 1 / 0)
            gone = asyncio.create_task(pool.run(lambda: None))
            await asyncio.sleep(0)
            gone.cancel()
        return await pool.run(lambda: "well")

    with caplog.at_level(logging.CRITICAL):
        assert run(scenario) == "well"


@pytest.mark.django_db(transaction=True)
def test_connections_are_kept_while_there_is_work_and_then_given_back(monkeypatch) -> None:
    monkeypatch.setattr(workers, "IDLE", 0.05)

    def backend() -> object:
        connection.ensure_connection()
        return connection.connection

    async def scenario() -> None:
        pool = workers.current()
        first = await pool.run(backend)
        assert await pool.run(backend) is first
        await asyncio.sleep(0.2)
        assert await pool.run(lambda: connection.connection) is None

    run(scenario)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_a_503_and_what_breaks_is_reported_by_django(
    monkeypatch,
) -> None:
    world = worlds.build()
    fault: list[Exception] = [OperationalError("away")]

    def broken(_rows: object) -> None:
        raise fault[-1]

    monkeypatch.setattr(freshness, "mark_in", broken)
    app = FastLane(get_asgi_application())

    async def scenario() -> list[int]:
        answers = [await get("/history", world.token).to(app)]
        fault.append(ZeroDivisionError())
        answers.append(await get("/history", world.token).to(app))
        answers.append(await bare("/start", world.token, {"activity_id": world.activity}).to(app))
        assert (b"Retry-After", b"1") in answers[0].headers
        return [answer.status for answer in answers]

    assert run(scenario) == [503, 500, 201]
