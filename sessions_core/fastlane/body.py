"""Taking a request's body, and giving back what was taken."""

import asyncio
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any

from ..realtime.eager import Done, begin

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

# Seconds in which a body must be here. Slower ones are left to the application behind.
PATIENCE = 5.0
_LATE = "The body is late"


async def take(receive: Receive) -> Message | None:
    """The body's message, where it comes soon; perhaps only its first piece."""
    coming = receive()
    if not isinstance(coming, CoroutineType):
        return await _in_time(coming)  # A server may have awaitables of its own.
    begun = begin(coming)  # As a rule it is there, and no clock need be set.
    return begun.result if isinstance(begun, Done) else await _in_time(begun)


async def _in_time(message: Awaitable[Message]) -> Message | None:
    if not isinstance(task := asyncio.current_task(), asyncio.Task):
        raise RuntimeError("A request is taken in a task")
    # What asyncio.timeout does, at a third of its price.
    late = asyncio.get_running_loop().call_later(PATIENCE, task.cancel, _LATE)
    try:
        return await message
    except asyncio.CancelledError as cancellation:
        if cancellation.args != (_LATE,):
            raise
        task.uncancel()
        return None
    finally:
        late.cancel()


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
