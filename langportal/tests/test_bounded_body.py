"""Tests of the limits of size and time for a request's body."""

import asyncio
from typing import Any

from langportal.bounded_body import BoundedBody

PIECE = b"x" * 100


async def serve(pieces: int, *, limit: int = 1000, seconds: float = 5.0) -> tuple[int, list[Any]]:
    """Simulates a client that sends ``pieces`` and then nothing more.

    Returns the number of bytes that reached the application, and the response.
    """
    sent: list[Any] = []
    taken = 0
    left = pieces

    async def receive() -> dict[str, Any]:
        nonlocal left
        if not left:
            await asyncio.Event().wait()
        left -= 1
        return {"type": "http.request", "body": PIECE, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal taken
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            taken += len(message["body"])
            if not message["more_body"]:
                return

    await BoundedBody(application, limit, seconds)({"type": "http"}, receive, send)
    return taken, sent


async def test_one_byte_over_the_limit_is_all_that_the_application_sees() -> None:
    taken, sent = await serve(pieces=1_000_000, limit=1000)
    assert taken == 1001
    assert sent == []


async def test_a_body_that_stops_coming_is_answered_with_408() -> None:
    taken, sent = await serve(pieces=3, seconds=0.05)
    assert taken == 300
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
