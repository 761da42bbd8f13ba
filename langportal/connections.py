"""uvicorn's HTTP connections, ended without losing a request.

Asked to stop, uvicorn at once closes every connection that has no request under way. One that was
accepted a moment ago, or is kept alive, may have its request in the socket already, unread: the
client then gets a reset in place of an answer. These connections wait for it a little.

    uvicorn langportal.asgi:application --http langportal.connections:GracefulHttpProtocol
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Seconds that a connection stays open for a request that is on its way when the server stops. A
# client that sends one request after the other learns from its next response that the connection
# ends.
GRACE_SECONDS = 1.0


class GracefulHttpProtocol(HttpToolsProtocol):
    _ending = False

    def shutdown(self) -> None:
        self._ending = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(GRACE_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._ending and self.cycle is not None:
            self.cycle.keep_alive = False
