"""Events of what has been committed on the event loop."""

import asyncio

from ..lifecycle import events
from ..lifecycle.events import SessionEvent
from ..signals import session_events


def notify_soon(happened: list[SessionEvent]) -> None:
    """Notify the listeners, once the replies of this moment are on their way.

    The requests that wait for them are woken in the next turn of the loop, so this is for the one
    after it.
    """
    if happened:
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, _notify, happened)


def _notify(happened: list[SessionEvent]) -> None:
    events.notify_at_once(happened)
    if session_events.has_listeners():  # They may ask the database.
        asyncio.get_running_loop().run_in_executor(None, events.notify, happened)
