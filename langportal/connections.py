"""uvicorn's HTTP connections, ended without losing a request, and written to once an answer.

Asked to stop, uvicorn at once closes every connection that has no request under way. One that was
accepted a moment ago, or is kept alive, may have its request in the socket already, unread: the
client then gets a reset in place of an answer. These connections wait for it a little.

    uvicorn langportal.asgi:application --http langportal.connections:Patient
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .whole_answers import WholeAnswer

# Seconds. A client that sends one request after the other hears within them that this line ends.
PATIENCE = 1.0


class Patient(HttpToolsProtocol):
    _ending = False

    def shutdown(self) -> None:
        self._ending = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(PATIENCE, super().shutdown)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:  # An upgrade to a WebSocket has none.
            WholeAnswer(self.cycle).take_over()
        if self._ending and self.cycle is not None:
            self.cycle.keep_alive = False
