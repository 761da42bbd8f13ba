"""Cursors of the history: the start and id of a page's last session, opaque to the client."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime, timedelta

from ...models import Session
from ...public_id import MAX_ID
from ...queries.history import Entry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def cursor_after(session: Session | Entry) -> str:
    text = f"{(session.started_at - _EPOCH) // _MICROSECOND}.{session.pk}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """(start, id) of the session it stands for. Raises ``ValueError`` for any other text."""
    try:
        text = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode("ascii")
        micros, pk = (int(part) for part in text.split("."))
        if not 0 < pk <= MAX_ID:
            raise ValueError("no such id")
        return _EPOCH + micros * _MICROSECOND, pk
    except (NotBase64, UnicodeError, OverflowError) as error:
        raise ValueError("not a cursor") from error
