"""The headers that Django puts on a response, asked of Django itself.

The middleware of a host project is its own affair, so the fast path does not imitate it: once for
each site and operation it sends a request with a bad token through the whole of Django, and takes
over the headers of the refusal. A host that Django does not serve, or sends elsewhere (to https,
say), is never refused that way, so its requests stay with Django.
"""

import logging
from asyncio import Future, Lock
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextvars import ContextVar
from typing import Any

from .request import Header, Message

App = Callable[..., Awaitable[None]]

# Sites remembered; where any host name is let in, they could be without end.
MAX_KNOWN = 256
# Headers that belong to the refusal alone.
_OWN = {
    *(b"content-length", b"www-authenticate", b"set-cookie", b"connection", b"date", b"server"),
    *(b"etag", b"last-modified", b"content-language"),
}


# Set while the question is on its way: its refusal is nobody's failed request.
_asking: ContextVar[bool] = ContextVar("fast_path_asks_for_headers", default=False)


class _WithoutQuestions(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not _asking.get()


logging.getLogger("django.request").addFilter(_WithoutQuestions())


class HeaderTemplates:
    """``known`` by site and operation, for whoever looks before asking."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = Lock()
        self.known: OrderedDict[Hashable, list[Header]] = OrderedDict()

    async def ask(
        self, name: Hashable, scope: Mapping[str, Any], site: tuple[Header, ...]
    ) -> list[Header] | None:
        """The headers, from now on ``known`` under ``name``.

        ``None`` where Django does not serve this operation at this site.
        """
        async with self._lock:  # Of many requests at once, one asks.
            headers = self.known.get(name) or await self._refusal(scope, site)
        if headers is not None:
            self.known[name] = headers
            if len(self.known) > MAX_KNOWN:
                self.known.popitem(last=False)
        return headers

    async def _refusal(
        self, scope: Mapping[str, Any], site: tuple[Header, ...]
    ) -> list[Header] | None:
        headers = [*site, (b"authorization", b"Bearer none"), (b"content-length", b"0")]
        answer: Message = {}
        body = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            for message in body:
                return message
            return await Future()  # This client stays connected.

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
