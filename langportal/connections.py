"""uvicorn's HTTP connections, ended without losing a request, and written to once an answer.

Asked to stop, uvicorn at once closes every connection that has no request under way. One that was
accepted a moment ago, or is kept alive, may have its request in the socket already, unread: the
client then gets a reset in place of an answer. These connections wait for it a little.

Head and body of an answer are two messages, and uvicorn sends each by itself: two calls of the
system, and two packets for the client to wake up for. Here they leave together.

    uvicorn langportal.asgi:application --http langportal.connections:Patient
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Seconds. A client that sends one request after the other hears within them that this line ends.
PATIENCE = 1.0


class Patient(HttpToolsProtocol):
    _ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._together = Together(self.loop, transport)

    def shutdown(self) -> None:
        self._ending = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(PATIENCE, super().shutdown)
        else:
            super().shutdown()

    def on_response_complete(self) -> None:
        self._together.flush()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        self._together.flush()
        super().send_400_response(msg)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self.cycle is not None:
            self.cycle.transport = cast(Any, self._together)
            if self._ending:
                self.cycle.keep_alive = False


class Together:
    """What an answer needs of ``transport``. What is written leaves together, as soon as the answer
    is complete, and at the next turn of the loop at the latest.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._loop = loop
        self._transport = transport
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def flush(self) -> None:
        if self._held:
            together = b"".join(self._held)
            self._held.clear()
            self._transport.write(together)
