"""Taking a request's body, and giving back what was taken."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

# Seconds in which a body must be here. Slower ones are left to the application behind.
PATIENCE = 5.0


async def take(receive: Receive) -> Message | None:
    """The body's message, where it comes soon; perhaps only its first piece."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await receive()
    except TimeoutError:
        return None


def is_whole(message: Message) -> bool:
    return message["type"] == "http.request" and not message.get("more_body")


def give_back(message: Message | None, receive: Receive) -> Receive:
    """A ``receive`` that gives ``message`` first."""
    if message is None:
        return receive
    again = iter([message])

    async def receive_again() -> Message:
        for taken in again:
            return taken
        return await receive()

    return receive_again
