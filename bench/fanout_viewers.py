"""A thousand viewers in one process, which count what arrives."""

import asyncio
import itertools
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# Ids of equal length, so that every frame has the same size.
FIRST_ID = 1_000_000
# Events on their way at a time: with one, server and viewers would wait for each other.
WINDOW = 3

Publish = Callable[[int, str], Awaitable[object]]


@dataclass(frozen=True)
class Contender:
    """``command``: what to run, ``{port}`` in it. ``path``, ``headers``: what a viewer asks."""

    title: str
    command: tuple[str, ...]
    publish: Publish
    path: str = "/"
    headers: str = ""


@dataclass(frozen=True)
class Result:
    """Deliveries a second, and CPU microseconds of the server for each."""

    rate: float
    cpu: float


class Viewers:
    """All viewers: counts the bytes that arrive, and nothing else."""

    def __init__(self) -> None:
        self.open = 0
        self.bytes = 0
        self._wanted = 0
        self._reached = asyncio.Event()

    async def reach(self, count: int) -> None:
        """Returns when so many bytes have arrived."""
        self._wanted = count
        self._reached.clear()
        if self.bytes < count:
            await asyncio.wait_for(self._reached.wait(), 60)

    def arrived(self, count: int) -> None:
        self.bytes += count
        if self.bytes >= self._wanted:
            self._reached.set()


class Viewer(asyncio.Protocol):
    def __init__(self, viewers: Viewers, request: bytes) -> None:
        self.viewers = viewers
        self.request = request
        self.head = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.head is None:
            self.viewers.arrived(len(data))
            return
        self.head += data
        if b"\r\n\r\n" in self.head:
            if not self.head.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(f"Refused: {self.head!r}")
            self.viewers.open += 1
            self.head = None


def request(contender: Contender, port: int) -> bytes:
    return (
        f"GET {contender.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{contender.headers}"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


def event(number: int) -> str:
    return (
        f'{{"type":"progress_update","id":{number},"data":{{"completed":5,"remaining":15,'
        '"success_rate":0.8,"current_streak":3}}'
    )


async def connect(contender: Contender, port: int, count: int) -> tuple[Viewers, list]:
    viewers, loop, lines = Viewers(), asyncio.get_running_loop(), []
    for _ in range(count):
        line, _ = await loop.create_connection(
            lambda: Viewer(viewers, request(contender, port)), "127.0.0.1", port
        )
        lines.append(line)
    while viewers.open < count:
        await asyncio.sleep(0.05)
    quiet = -1
    while quiet != viewers.bytes:  # the state that the project sends at first
        quiet = viewers.bytes
        await asyncio.sleep(1)
    return viewers, lines


async def measure(contender: Contender, pid: int, port: int, count: int, most: float) -> Result:
    """The rate with ``count`` viewers over ``most`` seconds."""
    viewers, lines = await connect(contender, port, count)
    text = event(FIRST_ID + 1)
    frame = len(text) + (2 if len(text) < 126 else 4)
    each, before = frame * count, viewers.bytes
    numbers = itertools.count(1)

    async def one_more() -> None:
        number = next(numbers)
        await contender.publish(FIRST_ID + number, event(FIRST_ID + number))
        await viewers.reach(before + (number - WINDOW + 1) * each)

    for _ in range(5):
        await one_more()
    began, cpu, had = time.perf_counter(), cpu_seconds(pid), viewers.bytes
    while time.perf_counter() - began < most:
        await one_more()
    seconds = time.perf_counter() - began
    spent, delivered = cpu_seconds(pid) - cpu, (viewers.bytes - had) / frame
    for line in lines:
        line.abort()
    return Result(delivered / seconds, spent / delivered * 1e6)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
