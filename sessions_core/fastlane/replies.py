"""What goes out, and what the log says of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

from .body import Message
from .head import Header

Send = Callable[[Message], Awaitable[None]]
Parts = tuple[Message, Message]

logger = logging.getLogger("django.request")


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
