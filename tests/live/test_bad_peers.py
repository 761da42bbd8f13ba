"""L5, L6: one that does not read, one that talks too much, one that sends too much."""

import socket
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher

pytestmark = pytest.mark.processes

MIB = 1024 * 1024
# State of a connection in /proc/net/tcp.
ESTABLISHED = "01"


def resident(product: Product) -> int:
    """Bytes of memory the product occupies."""
    for line in Path(f"/proc/{product.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no such process")


def silent_reader(product: Product, session_id: int, token: str) -> socket.socket:
    """A socket that is open, and never read again."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", product.port))
    line.sendall(
        f"GET /ws/sessions/{session_id} HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    assert line.recv(12) == b"HTTP/1.1 101"
    return line


def has_ended(line: socket.socket) -> bool:
    """Whether the product has let go of the connection: nobody on its side owns it any more.

    The client's side cannot tell without reading what the kernel still holds for it.
    """
    ours, theirs = (f"{line.getsockname()[1]:04X}", f"{line.getpeername()[1]:04X}")
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = row.split()
        if local.endswith(f":{theirs}") and remote.endswith(f":{ours}"):
            return state != ESTABLISHED
    return True


@pytest.mark.torture
@pytest.mark.redis
def test_a_slow_reader_is_cut_off_and_holds_up_nobody(
    product: Product, learning: Learning, record_figure
) -> None:
    session = learning.start()
    with (
        Watcher(product, session.pk, learning.token) as quick,
        silent_reader(product, session.pk, learning.token) as slow,
    ):
        quick.until_id(0)
        before = resident(product)
        sent = 0
        while not has_ended(slow) and sent < 50_000:
            learning.answer(session, count=100)
            sent += 100
            quick.until_id(sent)
        grown = (resident(product) - before) / MIB
    record_figure(
        f"L5: a reader that never reads is cut after {sent} events; memory grew {grown:.1f} MiB"
    )
    assert sent < 50_000
    assert grown < 20


def test_a_flood_ends_with_1008(product: Product, learning: Learning) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token) as seen:
        try:
            for _ in range(1000):
                seen.socket.send('{"type": "ping"}')
        except ConnectionClosed:
            pass
        assert seen.until_closed() == 1008
        assert len(seen.of("pong")) <= 31


def test_a_frame_over_64_kib_ends_with_1009(product: Product, learning: Learning) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until_id(0)
        seen.socket.send('{"type":"ping"}'.ljust(64 * 1024))
        seen.until(lambda: bool(seen.of("pong")))
        seen.socket.send('{"type":"ping"}'.ljust(64 * 1024 + 1))
        assert seen.until_closed() == 1009
