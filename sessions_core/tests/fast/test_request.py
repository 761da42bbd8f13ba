"""A body comes in one piece or in several; what is not taken goes on as it came."""

import asyncio
from typing import Any

import pytest

from sessions_core.fast import request
from sessions_core.fast.request import Body


def pieces(*bodies: bytes, last: bool = True) -> list[dict[str, Any]]:
    """``last``: whether the last piece says that it is the last one, as granian's does not."""
    end = len(bodies) - 1
    messages = [
        {"type": "http.request", "body": body, "more_body": place < end or not last}
        for place, body in enumerate(bodies)
    ]
    return messages if last else [*messages, {"type": "http.request", "body": b""}]


def read(length: int, messages: list[dict[str, Any]]) -> tuple[bytes | None, list[Any]]:
    """What was read, and what whoever comes next receives."""

    async def both() -> tuple[bytes | None, list[Any]]:
        coming = list(messages)

        async def receive() -> dict[str, Any]:
            return coming.pop(0) if coming else await asyncio.Future()

        body = Body(receive)
        found = await body.read(length)
        return found, [await body.receive() for _ in messages]

    return asyncio.run(both())


@pytest.mark.parametrize(
    "messages",
    [
        pieces(b"whole"),
        pieces(b"wh", b"o", b"le"),
        pieces(b"whole", b""),
        pieces(b"whole", last=False),
    ],
    ids=["whole", "in pieces", "an empty piece", "a piece that says more"],
)
def test_a_body_is_read_and_can_be_received_again(messages) -> None:
    assert read(5, messages) == (b"whole", messages)


def test_a_body_of_another_length_is_left() -> None:
    messages = pieces(b"whole and more")
    assert read(5, messages) == (None, messages)


def test_a_client_that_leaves_within_its_body() -> None:
    messages = [*pieces(b"wh", b"")[:1], {"type": "http.disconnect"}]
    assert read(5, messages) == (None, messages)


def test_a_late_body_is_left_with_what_has_come(monkeypatch) -> None:
    monkeypatch.setattr(request, "BODY_TIMEOUT", 0.01)
    first = {"type": "http.request", "body": b"wh", "more_body": True}

    async def late() -> tuple[bytes | None, Any]:
        coming = [first]

        async def receive() -> dict[str, Any]:
            return coming.pop() if coming else await asyncio.Future()

        body = Body(receive)
        return await body.read(5), await body.receive()

    assert asyncio.run(late()) == (None, first)
