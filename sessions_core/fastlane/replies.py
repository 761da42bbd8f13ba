"""What goes out, and what the log says of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Protocol

from ..lifecycle.submission import Verdict
from ..rest.limits import Window
from .body import Message
from .head import Header

Send = Callable[[Message], Awaitable[None]]
Parts = tuple[Message, Message]

Render = Callable[[Verdict, Sequence[Window]], Parts]

logger = logging.getLogger("django.request")


class AtOnce(Protocol):
    """What the ``send`` of a server may be able to besides. It is asked of that object itself, so
    that whoever has put something else around it sees every message.
    """

    def whole(self, start: Message, message: Message, /) -> bytes | None:
        """The answer of these two messages as it is sent; None where it has to go by ``send``."""
        ...

    def write_whole(self, status: int, answer: bytes, /) -> bool:
        """Send it without waiting. False where nothing is sent, and it has to go by ``send``."""
        ...


class Reply:
    """What a learner is sent for a verdict: made ready while that is being recorded, and sent in
    the moment in which it is, where the server can.
    """

    __slots__ = ("_at_once", "_parts", "_render", "_verdict", "_whole", "is_sent")

    def __init__(self, render: Render, send: Send) -> None:
        self._render = render
        self._at_once: AtOnce | None = _at_once(send)
        self._verdict: Verdict | None = None
        self._parts: Parts | None = None
        self._whole: bytes | None = None
        self.is_sent = False

    def prepare(self, verdict: Verdict, windows: Sequence[Window]) -> None:
        """For the case that ``verdict`` is recorded. What breaks breaks again when it is sent,
        and is not to break the recording.
        """
        self._verdict = self._whole = None
        with suppress(Exception):
            self._parts = self._render(verdict, windows)
            self._verdict = verdict
            self._whole = None if self._at_once is None else self._at_once.whole(*self._parts)

    def send_at_once(self, verdict: Verdict) -> None:
        """Now that it is recorded, whatever becomes of this."""
        if self._at_once is None or self._whole is None or verdict is not self._verdict:
            return
        try:
            self.is_sent = self._at_once.write_whole(200, self._whole)
        except Exception:
            logger.exception("An answer could not be sent at once")

    def parts(self, verdict: Verdict, windows: Sequence[Window]) -> Parts:
        """To be sent, unless it is."""
        if self._parts is None or verdict is not self._verdict:
            return self._render(verdict, windows)
        return self._parts


def _at_once(send: Any) -> AtOnce | None:
    return send if hasattr(send, "write_whole") else None


def parts(status: int, worn: Sequence[Header], more: Mapping[str, str], content: bytes) -> Parts:
    """The messages of a reply. ``worn``: the headers that Django puts on; ``more``: its own."""
    headers = [
        *worn,
        *[(name.encode(), value.encode()) for name, value in more.items()],
        (b"Content-Length", b"%d" % len(content)),
    ]
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": content},
    )


def log_refusal(status: int, path: str) -> None:
    """As Django reports its own."""
    level = logging.ERROR if status >= 500 else logging.WARNING
    about = {"status_code": status}
    logger.log(level, "%s: %s", HTTPStatus(status).phrase, path, extra=about)
