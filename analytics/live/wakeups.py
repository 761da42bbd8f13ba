"""Word from the writes to the sockets of this process: look now, something was recorded.

A wake-up carries nothing. What is new is read from the database, which every socket also asks now
and then: so a write in another process is seen a little later, and none is missed.
"""

import asyncio
from collections import defaultdict
from typing import Any

_waiting: dict[object, set["Wakeup"]] = defaultdict(set)


class Wakeup:
    """One socket's alarm. ``keys`` are what it watches: session ids, therapist ids."""

    def __init__(self, *keys: object) -> None:
        self._keys = keys
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def __enter__(self) -> "Wakeup":
        for key in self._keys:
            _waiting[key].add(self)
        return self

    def __exit__(self, *_: object) -> None:
        for key in self._keys:
            _waiting[key].discard(self)
            if not _waiting[key]:
                del _waiting[key]

    def ring(self) -> None:
        """Safe in every thread."""
        self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> None:
        """Until it rings, or ``seconds`` have passed."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()


def on_recorded(sender: Any, session_id: Any, therapist_id: Any, **_: Any) -> None:
    """Receiver of ``signals.recorded``."""
    for key in (session_id, therapist_id):
        for wakeup in tuple(_waiting.get(key, ())):
            wakeup.ring()
