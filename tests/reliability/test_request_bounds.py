"""How much a request may bring: bytes, depth, and time."""

import json
import socket
import time

import httpx
import pytest

pytestmark = pytest.mark.processes

SLOWEST = 30
# Only ends a test that would wait in vain.
PATIENCE = 120


def test_i3_a_body_over_a_mebibyte_is_refused(serve, record_figure) -> None:
    product = serve()
    address = f"{product.base_url}/api/v1/sessions/start"
    headers = product.world.learners[0].headers
    statuses = {}
    for size in (1024 * 1024, 1024 * 1024 + 1):
        frame = len(json.dumps({"activity_id": ""}))
        body = json.dumps({"activity_id": "x" * (size - frame)}).encode()
        assert len(body) == size
        response = httpx.post(
            address,
            content=body,
            headers={**headers, "Content-Type": "application/json"},
            timeout=PATIENCE,
        )
        statuses[size] = response.status_code
    record_figure(f"I3: status by body size: {statuses}")
    assert list(statuses.values()) == [400, 413]


def test_i3_a_body_deeper_than_64_levels_is_refused(serve, record_figure) -> None:
    product = serve()
    refused = {}
    for depth in (64, 65, 100_000):
        body = b'{"activity_id":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
        response = httpx.post(
            f"{product.base_url}/api/v1/sessions/start",
            content=body,
            headers={**product.world.learners[0].headers, "Content-Type": "application/json"},
            timeout=PATIENCE,
        )
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_request"
        # Where the body was read, it is the field that is complained of.
        refused[depth] = "activity_id" not in response.json().get("details", {})
    record_figure(f"I3: refused for its depth: {refused}")
    assert refused == {64: False, 65: True, 100_000: True}


@pytest.mark.torture
def test_i3_a_slow_body_is_cut(serve, record_figure) -> None:
    product = serve()
    token = product.world.learners[0].token
    head = (
        "POST /api/v1/sessions/start HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        "Content-Length: 100000\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", product.port)) as client:
        client.sendall(head)
        client.settimeout(1)
        began = time.monotonic()
        status = ""
        while not status and time.monotonic() - began < 2 * SLOWEST:
            try:
                client.sendall(b" ")
                status = client.recv(1000).decode(errors="replace").partition("\r\n")[0] or "closed"
            except TimeoutError:
                continue
            except OSError:
                status = "closed"
        took = time.monotonic() - began
    record_figure(f"I3: a body of one byte a second: {status!r} after {took:.0f} s")
    assert status == "closed" or " 408 " in status
