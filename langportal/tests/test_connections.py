"""A server that is asked to stop answers what has already been sent to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from langportal.connections import GracefulHttpProtocol
from tests.support.ports import free_port, wait_for

# It only ends a test that would wait in vain.
PATIENCE = 60

GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def application(scope, receive, send) -> None:
    await receive()
    headers = [(b"Content-Length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"whole"})


@contextmanager
def served() -> Iterator[tuple[uvicorn.Server, int]]:
    port = free_port()
    config = uvicorn.Config(
        application, port=port, http=GracefulHttpProtocol, lifespan="off", log_level="critical"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert wait_for(port)
        yield server, port
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def answer(connection: socket.socket) -> bytes:
    heard = b""
    while not heard.endswith(b"whole") and (piece := connection.recv(65536)):
        heard += piece
    return heard


@pytest.mark.parametrize("used", [True, False], ids=["kept alive", "just accepted"])
def test_a_request_that_comes_as_the_server_stops_is_answered(used) -> None:
    with (
        served() as (server, port),
        socket.create_connection(("127.0.0.1", port), PATIENCE) as connection,
    ):
        if used:
            connection.sendall(GET)
            assert b"200 OK" in answer(connection)
        server.should_exit = True
        connection.sendall(GET)
        last = answer(connection)
        assert b"200 OK" in last
        assert connection.recv(1) == b""
