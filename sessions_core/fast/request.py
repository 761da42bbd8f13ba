"""A request as the server hands it over: the parts of it that the fast path reads."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Header = tuple[bytes, bytes]

# No valid body is longer; one that is goes to Django, which refuses it.
MAX_BODY = 64 * 1024
# Seconds that a body may take to arrive; a slower one is left to Django.
BODY_TIMEOUT = 5.0

_JSON = {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}
# Headers by which Django and its middleware may answer differently.
_SITE = {
    b"host",
    b"origin",
    b"forwarded",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-proto",
}
# Django may answer a cookie with another one, and it reads a body without a length its own way.
_DJANGOS = {b"cookie", b"transfer-encoding"}
_SINGLE = _DJANGOS | {
    b"authorization",
    b"content-length",
    b"content-type",
    b"idempotency-key",
    b"x-timezone",
}


class Head(NamedTuple):
    """``site`` are the headers that say to which site, and by which way, the request came.

    ``length`` is the body's. ``key`` and ``zone`` are as sent.
    """

    token: str
    key: str | None
    zone: str | None
    site: tuple[Header, ...]
    length: int


def read_head(scope: Mapping[str, Any]) -> Head | None:
    """``None`` for a request that only Django can judge."""
    found: dict[bytes, bytes] = {}
    site: list[Header] = []
    for header in scope["headers"]:
        name, value = header
        if name in _SITE:
            site.append(header)
        elif name not in _SINGLE:
            continue
        if name in found or name in _DJANGOS:
            return None
        found[name] = value
    sent = found.get(b"content-length", b"0")
    length = int(sent[:9]) if sent.isdigit() else -1
    if not 0 <= length <= MAX_BODY or (length and found.get(b"content-type") not in _JSON):
        return None
    scheme, _, token = found.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or scope.get("root_path"):
        return None
    key, zone = found.get(b"idempotency-key"), found.get(b"x-timezone")
    return Head(
        token.strip(),
        None if key is None else key.decode("latin-1"),
        None if zone is None else zone.decode("latin-1"),
        tuple(sorted(site)),
        length,
    )


class Body:
    """A request's body, in however many pieces it comes, and a ``receive`` that gives it again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._taken: list[Message] = []

    async def read(self, length: int) -> bytes | None:
        """All of it; ``None`` if it is late, broken off, or of another length."""
        whole, more = b"", length > 0
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                while more:
                    message = await self._receive()
                    self._taken.append(message)
                    whole += message.get("body", b"")
                    # Some servers say of the only piece that more may come.
                    more = message.get("more_body", False) and len(whole) < length
        except TimeoutError:
            return None
        return whole if len(whole) == length else None

    async def receive(self) -> Message:
        """What has been taken, from its beginning, and then what is still to come."""
        return self._taken.pop(0) if self._taken else await self._receive()
