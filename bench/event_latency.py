"""How long an answer takes, and how long until a viewer in the same process hears of it."""

import asyncio
import json
import time
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect

WARM_UP = 50


@dataclass(frozen=True)
class Latency:
    """99th percentiles in milliseconds, both from the moment the answer is sent."""

    answer: float
    event: float


async def measure(port: int, session_id: int, token: str, count: int) -> Latency:
    """``count`` answers, one after the other, with one viewer at the session."""
    address = f"ws://127.0.0.1:{port}/ws/sessions/{session_id}"
    headers = {"Authorization": f"Bearer {token}"}
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers, events = [], []
    async with connect(address, additional_headers=headers, proxy=None) as viewer:
        last = json.loads(await viewer.recv())["id"]
        for _ in range(WARM_UP + count):
            last += 1
            began = time.perf_counter()
            writer.write(request(session_id, token))
            heard = asyncio.create_task(event(viewer, last))
            await response(reader)
            answers.append(time.perf_counter() - began)
            events.append(await heard - began)
    writer.close()
    return Latency(percentile(answers[WARM_UP:]), percentile(events[WARM_UP:]))


def request(session_id: int, token: str) -> bytes:
    body = json.dumps({"item_id": "1", "answer": "palabra1", "time_taken": 3.5})
    return (
        f"POST /api/v1/sessions/{session_id}/progress HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def response(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(f"Refused: {head!r}")
    await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))


async def event(viewer: ClientConnection, number: int) -> float:
    """When the event ``number`` came."""
    while json.loads(await viewer.recv()).get("id") != number:
        pass
    return time.perf_counter()


def percentile(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000
