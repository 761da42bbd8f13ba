"""E6: a third of the responses is lost and the database is in trouble; sending again is safe."""

import asyncio
import sqlite3
import time
from collections import Counter
from contextlib import closing
from typing import Any

import httpx
import psycopg
import pytest

from sessions_core.actor import Actor
from sessions_core.public_id import decode
from sessions_core.rest.idempotency import answer_key, operation_key
from tests.support.databases import Database, Learner
from tests.support.product import Product

from .clients import KEY_STILL_RUNNING, UNAVAILABLE, Portal
from .proxy import LosingProxy

pytestmark = pytest.mark.processes

TORTURE = [pytest.mark.torture, pytest.mark.both_databases]
LOST = 0.3
TROUBLES = 3


class Retrying:
    """One learner, who sends each request under its key until it is answered for good."""

    def __init__(self, product: Product, learner: Learner, portal: Portal) -> None:
        self.product, self.learner, self.portal = product, learner, portal
        self.refused: Counter[int] = Counter()
        self.committed_though_refused = 0

    async def post(self, path: str, body: Any, key: str, host: str = "") -> httpx.Response:
        first = True
        while True:
            try:
                response = await self.portal.http.post(
                    f"{host}{path}", json=body, headers={"Idempotency-Key": key}
                )
            except httpx.TransportError:
                first = False
                continue
            if response.status_code not in {KEY_STILL_RUNNING, UNAVAILABLE}:
                return response
            self.refused[response.status_code] += 1
            if first and response.status_code == UNAVAILABLE:
                self.committed_though_refused += self.is_on_record(path, key)
            first = False
            await asyncio.sleep(0.05)

    def is_on_record(self, path: str, key: str) -> bool:
        actor, table = Actor(self.learner.id), "sessions_core_idempotentresponse"
        *_, given, action = path.split("/")
        if action == "progress":
            digest, table = answer_key(actor, key), "sessions_core_attempt"
        elif action == "complete":
            digest = operation_key(actor, "portal:complete", str(decode(given)), key)
        else:
            surface = "exercises" if action == "submit" else "portal"
            digest = operation_key(actor, f"{surface}:{action}", "", key)
        on_sqlite = self.product.database.url.startswith("sqlite")
        shown = digest.hex if on_sqlite else digest
        sql = f"SELECT count(*) FROM {table} WHERE key = %s"
        return bool(self.product.database.value(sql, shown))

    async def practise(self, at: str, answers: int) -> None:
        """A whole session, and as many exercises outside of one."""
        world = self.product.world
        settings = {"word_count": answers}
        began = await self.post(
            "/start", {"activity_id": world.activity_id, "settings": settings}, "start"
        )
        assert began.status_code == 201, began.text
        session_id = began.json()["session_id"]
        item = began.json()["first_item"]
        for place in range(answers):
            body = {"item_id": item["item_id"], "answer": "no idea", "time_taken": 1}
            verdict = await self.post(f"/{session_id}/progress", body, f"answer {place}")
            assert verdict.status_code == 200, verdict.text
            alone = {"exercise_id": item["item_id"], "user_answer": world.answers[item["item_id"]]}
            single = await self.post("/api/exercises/submit", alone, f"alone {place}", host=at)
            assert single.status_code == 200, single.text
            item = verdict.json()["next_item"]
        ended = await self.post(f"/{session_id}/complete", {}, "end")
        assert ended.status_code == 200, ended.text
        assert ended.json()["session_summary"]["words_practiced"] == answers


def hold(path: str, seconds: float) -> None:
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


async def trouble(database: Database) -> None:
    """The database ends its connections, or is held for longer than an answer waits."""
    for _ in range(TROUBLES):
        await asyncio.sleep(0.5)
        if database.url.startswith("sqlite"):
            await asyncio.to_thread(hold, database.url.removeprefix("sqlite:///"), 3)
        else:
            with psycopg.connect(database.url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.mark.parametrize(("people", "answers"), [(3, 5), pytest.param(8, 25, marks=TORTURE)])
@pytest.mark.parametrize("fast_path", ["true", "false"])
async def test_e6_lost_responses_double_nothing(
    serve, record_figure, fast_path, people, answers
) -> None:
    product = serve(environment={"FAST_PATH": fast_path})
    async with LosingProxy(product.port, LOST) as network:
        clients = []

        async def client(learner: Learner) -> None:
            async with Portal(product, learner, at=network.address) as portal:
                clients.append(Retrying(product, learner, portal))
                await clients[-1].practise(network.address, answers)

        breaking = asyncio.create_task(trouble(product.database))
        await asyncio.gather(*(client(each) for each in product.world.learners[:people]))
        await breaking

    refused = sum((each.refused for each in clients), Counter())
    committed = sum(each.committed_though_refused for each in clients)
    rows = dict(
        product.database.rows(
            "SELECT dialect, count(*) FROM sessions_core_session GROUP BY dialect"
        )
    )
    attempts = product.database.rows(
        "SELECT count(*), count(DISTINCT key) FROM sessions_core_attempt"
    )
    ends = product.database.value(
        "SELECT count(*) FROM sessions_core_transition WHERE status = 'completed'"
    )
    drift = product.database.value(
        "SELECT count(*) FROM sessions_core_session s WHERE attempt_count <>"
        " (SELECT count(*) FROM sessions_core_attempt a WHERE a.session_id = s.id)"
    )
    record_figure(
        f"E6, fast path {fast_path}: {network.lost} of {network.lost + network.passed} responses"
        f" lost, {attempts[0][0]} answers recorded of {2 * people * answers}, {drift} adrift,"
        f" refused {dict(refused)}, of those 503s {committed} had committed something"
    )
    assert rows == {"portal": people, "exercises": people * answers}
    # An answer without a session is kept as a reply, and its attempt has no key.
    assert attempts == [(2 * people * answers, people * answers)]
    assert (committed, drift) == (0, 0)
    assert ends >= people
