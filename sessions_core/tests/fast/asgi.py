"""Requests to an ASGI application inside this process, hostile ones included."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[Header, ...]
    body: bytes


@dataclass(frozen=True)
class Post:
    """A request as it stands on the wire. ``chunks``: the body, in the pieces it arrives in."""

    path: str
    headers: tuple[Header, ...]
    chunks: tuple[bytes, ...]
    method: str = "POST"
    query: bytes = b""

    async def to(self, app: Any) -> Answer:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": list(self.headers),
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
        }
        last = len(self.chunks) - 1
        messages = iter(
            {"type": "http.request", "body": chunk, "more_body": place < last}
            for place, chunk in enumerate(self.chunks)
        )
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            for message in messages:
                return message
            return await asyncio.Future()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        start, *bodies = sent
        return Answer(
            start["status"],
            tuple(sorted(start["headers"])),
            b"".join(message.get("body", b"") for message in bodies),
        )


def headers(token: str | None, body: bytes, **more: str | bytes) -> tuple[Header, ...]:
    """Those of a usual client; ``more`` by name, with ``_`` for ``-``."""
    named: dict[str, str | bytes] = {
        "host": "127.0.0.1",
        "content_type": "application/json",
        "content_length": str(len(body)),
        **({"authorization": f"Bearer {token}"} if token is not None else {}),
        **more,
    }
    return tuple(
        (name.replace("_", "-").encode(), value.encode() if isinstance(value, str) else value)
        for name, value in named.items()
        if value != "absent"
    )


async def all_to(app: Any, posts: Iterable[Post]) -> list[Answer]:
    """Their answers, one request after the other."""
    return [await post.to(app) for post in posts]
