"""The headers that Django puts on an answer, asked of Django itself.

The middleware of a host project is its own affair, so the lane does not imitate it: once for each
site and operation it sends a request with a bad token through the whole of Django, and wears what
the refusal wears. A host that Django does not serve, or sends elsewhere (to https, say), is never
refused that way, so its requests stay with Django.
"""

import logging
from asyncio import Future, Lock
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

from .body import Message
from .head import Header

App = Callable[..., Awaitable[None]]

# Sites remembered; where any host name is let in, they could be without end.
MAX_KNOWN = 256
# What belongs to the refusal alone.
_OWN = {b"content-length", b"www-authenticate", b"set-cookie", b"connection", b"date", b"server"}


# Set while the question is on its way: its refusal is nobody's failed request.
_asking: ContextVar[bool] = ContextVar("fastlane_asking", default=False)


class _Unasked(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not _asking.get()


logging.getLogger("django.request").addFilter(_Unasked())


class Wardrobe:
    def __init__(self, app: App) -> None:
        self._app = app
        self._known: OrderedDict[object, list[Header]] = OrderedDict()
        self._asking = Lock()

    async def headers(
        self, operation: str, scope: Mapping[str, Any], setting: tuple[Header, ...]
    ) -> list[Header] | None:
        """``None`` where Django does not serve this ``operation`` at this site."""
        name = (operation, scope["scheme"], setting, _messenger(scope, setting))
        known = self._known.get(name)
        if known is None:
            async with self._asking:  # Of many at once, one asks.
                known = self._known.get(name) or await self._learn(name, scope, setting)
        return known

    async def _learn(
        self, name: object, scope: Mapping[str, Any], setting: tuple[Header, ...]
    ) -> list[Header] | None:
        headers = await self._ask(scope, setting)
        if headers is not None:
            self._known[name] = headers
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        return headers

    async def _ask(
        self, scope: Mapping[str, Any], setting: tuple[Header, ...]
    ) -> list[Header] | None:
        headers = [*setting, (b"authorization", b"Bearer none"), (b"content-length", b"0")]
        answer: Message = {}

        body = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            for message in body:
                return message
            return await Future()  # This client stays on the line.

        async def send(message: Message) -> None:
            answer.update(message)

        asking = _asking.set(True)
        try:
            await self._app({**scope, "headers": headers}, receive, send)
        finally:
            _asking.reset(asking)
        if answer["status"] != 401:
            return None
        return [(name, value) for name, value in answer["headers"] if name.lower() not in _OWN]


def _messenger(scope: Mapping[str, Any], setting: tuple[Header, ...]) -> str | None:
    """The peer, where it says something of others: not every peer is believed."""
    for name, _ in setting:
        if b"forwarded" in name:
            return scope["client"][0] if scope.get("client") else None
    return None
