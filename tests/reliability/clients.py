"""Many clients of the portal at once."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

import httpx

from tests.support.databases import Learner
from tests.support.product import Product

T = TypeVar("T")

KEY_STILL_RUNNING = 409
UNAVAILABLE = 503
MOST_TRIES = 1000


class Portal:
    """The portal as one learner calls it. Use as an async context manager.

    ``at``: another address than the product's own, of a proxy in front of it.
    """

    def __init__(self, product: Product, learner: Learner, at: str | None = None) -> None:
        self.world = product.world
        self.http = httpx.AsyncClient(
            base_url=f"{at or product.base_url}/api/v1/sessions",
            headers=learner.headers,
            timeout=120,
            limits=httpx.Limits(max_connections=None),
        )

    async def __aenter__(self) -> "Portal":
        await self.http.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.http.__aexit__(*problem)

    async def start(self, word_count: int = 20) -> str:
        """Begin a session; its public id."""
        body = {"activity_id": self.world.activity_id, "settings": {"word_count": word_count}}
        response = await self.http.post("/start", json=body)
        assert response.status_code == 201, response.text
        self.first_item = response.json()["first_item"]["item_id"]
        return response.json()["session_id"]

    async def answer(
        self, session_id: str, item_id: str, text: str | None = None, key: str | None = None
    ) -> httpx.Response:
        """Answer an item, rightly unless ``text`` says otherwise."""
        return await self.http.post(
            f"/{session_id}/progress",
            json={
                "item_id": item_id,
                "answer": self.world.answers[item_id] if text is None else text,
                "time_taken": 1.5,
            },
            headers={} if key is None else {"Idempotency-Key": key},
        )

    async def answer_until_final(
        self, session_id: str, item_id: str, key: str, text: str | None = None
    ) -> tuple[httpx.Response, list[int]]:
        """As a client that retries: the last response, and the status of every one before it."""
        before: list[int] = []
        while True:
            response = await self.answer(session_id, item_id, text, key)
            again = response.status_code in {KEY_STILL_RUNNING, UNAVAILABLE}
            if not again or len(before) == MOST_TRIES:
                return response, before
            before.append(response.status_code)
            await asyncio.sleep(0.1)

    async def complete(self, session_id: str) -> httpx.Response:
        return await self.http.post(f"/{session_id}/complete")


async def at_most(count: int, calls: Iterable[Awaitable[T]]) -> list[T]:
    """Run ``calls`` side by side, ``count`` at a time."""
    gate = asyncio.Semaphore(count)

    async def one(call: Awaitable[T]) -> T:
        async with gate:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))
