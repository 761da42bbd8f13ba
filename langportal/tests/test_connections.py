"""What leaves by our connections is what uvicorn's own would send."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from langportal.connections import Patient
from tests.support.ports import free_port, wait_for

PLAIN = [(b"Content-Type", b"text/plain"), (b"X-Twice", b"1"), (b"X-Twice", b"2")]


# What came of writing to them.
gone: Queue[bool] = Queue()


async def application(scope, receive, send) -> None:
    """Answers as its path says."""
    await receive()
    path, headers, parts, status = scope["path"], list(PLAIN), [b"whole"], 200
    if path.startswith("/at-once") and hasattr(send, "write_whole"):
        start = {"type": "http.response.start", "status": 200}
        start["headers"] = [*PLAIN, (b"Content-Length", b"5")]
        whole = send.whole(start, {"type": "http.response.body", "body": b"whole"})
        if whole is not None and send.write_whole(200, whole):
            assert not send.write_whole(200, whole)
            return
    if path == "/gone":
        assert (await receive())["type"] == "http.disconnect"
        gone.put(send.write_whole(200, b"too late"))
        return
    if path == "/parts":
        parts = [b"one", b"two", b""]
    elif path == "/empty":
        parts, status = [b""], 204
    elif path == "/without-a-length":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"chunked"})
        return
    elif path == "/closing":
        headers.append((b"Connection", b"close"))
    elif path == "/cookie":
        headers.append((b"Set-Cookie", b"secret=1"))
    elif path == "/breaks":
        raise ValueError
    elif path == "/breaks-after-its-head":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise ValueError
    elif path == "/injects":
        headers.append((b"X-Given", b"a\r\nSet-Cookie: b"))
    length = str(sum(map(len, parts))).encode()
    headers.append((b"Content-Length", length))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for number, part in enumerate(parts, 1):
        more = number < len(parts)
        await send({"type": "http.response.body", "body": part, "more_body": more})


@contextmanager
def served(kind: type) -> Iterator[int]:
    port = free_port()
    config = uvicorn.Config(
        application, port=port, http=kind, lifespan="off", log_level="critical", loop="asyncio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert wait_for(port, 20)
        yield port
    finally:
        server.should_exit = True
        thread.join(20)


def said(port: int, *requests: bytes) -> bytes:
    """All that the server says to these on one connection, without the moment."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"".join(requests))
        connection.settimeout(1)
        heard = b""
        try:
            while piece := connection.recv(65536):
                heard += piece
        except TimeoutError:
            heard += b"(and stays)"
    return re.sub(rb"date: [^\r]*", b"date: ~", heard)


def get(path: str, method: str = "GET", version: str = "1.1", more: str = "") -> bytes:
    return f"{method} {path} HTTP/{version}\r\nHost: here\r\n{more}\r\n".encode()


CASES = {
    "whole": [get("/")],
    "in parts": [get("/parts")],
    "no content": [get("/empty")],
    "chunked": [get("/without-a-length")],
    "at once": [get("/at-once")],
    "at once, an old client": [get("/at-once", version="1.0")],
    "at once, a client that leaves": [get("/at-once", more="Connection: close\r\n")],
    "at once, one of several": [get("/at-once"), get("/parts"), get("/at-once"), get("/")],
    "at once, head": [get("/at-once", "HEAD")],
    "two after each other": [get("/"), get("/parts"), get("/")],
    "head": [get("/", "HEAD")],
    "an old client": [get("/", version="1.0")],
    "a client that leaves": [get("/", more="Connection: close\r\n")],
    "a server that closes": [get("/closing")],
    "a cookie": [get("/cookie")],
    "a fault": [get("/breaks")],
    "a fault after the head": [get("/breaks-after-its-head")],
    "no HTTP after an answer": [get("/"), b"\x00\x01nonsense\r\n\r\n"],
    "a body": [get("/", "POST", more="Content-Length: 3\r\n") + b"abc"],
}


def test_every_answer_is_sent_as_uvicorn_sends_it() -> None:
    with served(HttpToolsProtocol) as usual, served(Patient) as ours:
        for name, requests in CASES.items():
            expected = said(usual, *requests)
            if name == "a fault after the head":
                # What uvicorn has begun it cannot take back; what waits can still be a 500.
                expected = said(usual, get("/breaks"))
            assert said(ours, *requests) == expected, name


def test_an_answer_that_is_whole_leaves_in_one_piece() -> None:
    with served(Patient) as port, socket.create_connection(("127.0.0.1", port), 10) as connection:
        for _ in range(20):
            connection.sendall(get("/"))
            assert connection.recv(65536).endswith(b"\r\n\r\nwhole")


def test_nothing_is_written_at_once_to_a_client_that_has_gone() -> None:
    with served(Patient) as port:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(get("/gone"))
        assert gone.get(timeout=10) is False


@pytest.mark.parametrize("kind", [HttpToolsProtocol, Patient])
def test_no_header_is_smuggled_in(kind) -> None:
    with served(kind) as port:
        assert b"Set-Cookie" not in said(port, get("/injects"))
