"""Sends requests over keep-alive connections, each answered before the next, and times them.

    python -m bench.driver PORT CONNECTIONS SECONDS REQUESTS_FILE [FIRST]

REQUESTS_FILE holds JSON: a list of ``[path, token, body]``, with a fourth for another method than
POST, sent round robin from number FIRST on, each time under an idempotency key of its own. Prints
one JSON object. A hand-written protocol, because a client library costs more than the servers that
are measured.
"""

import asyncio
import itertools
import json
import os
import sys
import time

import uvloop


def prepare(path: str, token: str, body: str, method: str = "POST") -> tuple[bytes, bytes]:
    """The request before and after its idempotency key."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body.encode())}\r\nIdempotency-Key: "
    )
    return head.encode(), f"\r\n\r\n{body}".encode()


class Load:
    """All connections of one run. ``latencies`` in seconds, of the answers with status 2xx."""

    def __init__(self, requests: list[tuple[bytes, bytes]], seconds: float) -> None:
        self.run = os.urandom(6).hex()
        self.numbers = itertools.count()
        self.requests = itertools.cycle(requests)
        self.until = time.perf_counter() + seconds
        self.latencies: list[float] = []
        self.failed: dict[str, int] = {}
        self.open = 0
        self.done = asyncio.get_running_loop().create_future()

    def next(self) -> bytes:
        before, after = next(self.requests)
        return b"%b%s-%d%b" % (before, self.run.encode(), next(self.numbers), after)


class Connection(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self.load = load
        self.received = b""
        self.sent_at = 0.0

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.load.open += 1
        self.send()

    def send(self) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(self.load.next())

    def data_received(self, data: bytes) -> None:
        data = self.received + data if self.received else data
        end = data.find(b"\r\n\r\n")
        if end < 0 or len(data) < end + 4 + self.length_of(data, end):
            self.received = data
            return
        self.received = b""
        now = time.perf_counter()
        if data[9:10] == b"2":
            self.load.latencies.append(now - self.sent_at)
        else:
            status = data[9:12].decode()
            self.load.failed[status] = self.load.failed.get(status, 0) + 1
        if now < self.load.until:
            self.send()
        else:
            self.transport.close()

    @staticmethod
    def length_of(data: bytes, end: int) -> int:
        start = data.lower().find(b"content-length:", 0, end)
        return int(data[start + 15 : data.find(b"\r\n", start)])

    def connection_lost(self, error) -> None:
        self.load.open -= 1
        if error is not None or time.perf_counter() < self.load.until:
            self.load.failed["lost"] = self.load.failed.get("lost", 0) + 1
        if not self.load.open and not self.load.done.done():
            self.load.done.set_result(None)


async def drive(port: int, connections: int, seconds: float, requests: list) -> dict:
    loop = asyncio.get_running_loop()
    load = Load(requests, seconds)
    began = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
    await load.done
    took = time.perf_counter() - began
    times = sorted(load.latencies) or [0.0]
    return {
        "rate": len(load.latencies) / took,
        "answers": len(load.latencies),
        "sent": len(load.latencies) + sum(load.failed.values()),
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "failed": load.failed,
        "driver_cpu": time.process_time(),
    }


def main() -> None:
    port, connections, seconds, file, *first = sys.argv[1:]
    with open(file) as stream:
        requests = [prepare(*request) for request in json.load(stream)]
    if first:
        requests = requests[int(first[0]) % len(requests) :] + requests
    result = uvloop.run(drive(int(port), int(connections), float(seconds), requests))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
