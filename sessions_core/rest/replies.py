"""The first reply to an idempotency key, kept in the transaction of its effect.

Knows of no request, so that whatever takes requests can use it. On Postgres each step is one
statement whose plan the server keeps.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from ..clock import now
from ..errors import KeyInProgress, KeyReused, SessionError
from ..retrying import retrying
from . import sealing

if TYPE_CHECKING:
    from ..lifecycle.statements import Alongside

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under its key. ``owner``: ``Actor.scope``; ``data``: the body as parsed."""

    key: UUID
    owner: str
    method: str
    path: str
    data: Any

    def digests(self) -> Iterator[UUID]:
        """Method, address and body under each secret key, the present one first.

        Keyed, so that the table tells nobody whether a guessed text was sent.
        """
        body = orjson.dumps(self.data, option=orjson.OPT_SORT_KEYS)
        said = b"\0".join((self.method.encode(), self.path.rstrip("/").encode(), body))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            digest = hmac.digest(secret.encode(), b"idempotent request\0" + said, "sha256")
            yield UUID(bytes=digest[:16])


@dataclass(frozen=True, slots=True)
class Reply:
    """``replayed``: it had been given before, and nothing was done now."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A reply on record. ``request``: the digest of what it answered; ``body`` is sealed."""

    request: UUID
    status: int
    body: bytes

    def answers(self, asked: Asked) -> bool:
        return self.request in asked.digests()

    def reply(self, asked: Asked) -> Reply:
        """Raises ``KeyReused`` where ``asked`` is another request."""
        if not self.answers(asked):
            raise KeyReused
        return Reply(self.status, sealing.unseal(bytes(self.body), asked.key.bytes), True)


def once(asked: Asked, act: Callable[[], Reply]) -> Reply:
    """The reply on record, or else that of ``act``, recorded with its effect unless it is an error.

    Raises ``KeyReused``, ``KeyInProgress`` while the first request is still running, and what
    ``act`` raises; neither effect nor record is left then.
    """
    try:
        # The verbs inside cannot start over by themselves: this is their outermost transaction.
        return retrying(_once, asked, act)
    except SessionError:
        # The first request may have ended while this one was on its way to the key.
        stored = find(asked.key)
        if stored is None:
            raise
        return stored.reply(asked)


@transaction.atomic
def _once(asked: Asked, act: Callable[[], Reply]) -> Reply:
    stored = hold(asked.key)
    if stored is not None:
        return stored.reply(asked)
    reply = act()
    if reply.status < 400:
        keep(asked, reply)
    return reply


def table() -> Any:
    """The model, looked up late: an app that never asks needs no such table."""
    return apps.get_model("sessions_core", "IdempotentResponse")


def find(key: UUID) -> Stored | None:
    """What is on record under ``key``."""
    if _on_postgres():
        sql, values = finding(key)
        rows = _run(sql, *values)
    else:
        stored = table().objects.filter(key=key, created_at__gt=now() - KEPT_FOR)
        rows = list(stored.values_list("request", "status", "body"))
    return Stored(*rows[0]) if rows else None


def finding(key: UUID) -> tuple[str, tuple[UUID, datetime]]:
    """The statement that finds it on Postgres, and its values."""
    return _texts().find, (key, now() - KEPT_FOR)


def hold(key: UUID) -> Stored | None:
    """Let one request with this key at a time through, until its transaction ends; and ``find``.

    SQLite needs nothing: its transactions begin with the write lock. Raises ``KeyInProgress``.
    """
    if not _on_postgres():
        return find(key)
    number = int.from_bytes(key.bytes[:8], "big", signed=True)
    ((is_held, *stored),) = _run(_texts().hold, str(number), key, now() - KEPT_FOR)
    if not is_held:
        raise KeyInProgress
    return None if stored[0] is None else Stored(*stored)


def keep(asked: Asked, reply: Reply) -> None:
    """Record ``reply``, over one older than ``KEPT_FOR``, if need be.

    Raises ``KeyInProgress`` where another was recorded since this one looked.
    """
    row = _row(asked, reply)
    if _on_postgres():
        if not _run(_texts().keep, asked.key, *row.values(), row["created_at"] - KEPT_FOR):
            raise KeyInProgress
        return
    model = table()
    model.objects.bulk_create(
        [model(key=asked.key, **row)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=list(row),
    )


def alongside(asked: Asked, reply: Reply) -> "Alongside":
    """``keep``, for a verb's own statement to do. On Postgres."""
    from ..lifecycle.statements import Alongside

    row = {**_row(asked, reply), "key": asked.key}
    values = {f"kept_{name}": value for name, value in row.items()}
    return Alongside(_texts().alongside, {**values, "kept_older": row["created_at"] - KEPT_FOR})


def _row(asked: Asked, reply: Reply) -> dict[str, Any]:
    return {
        "owner": asked.owner,
        "request": next(asked.digests()),
        "status": reply.status,
        "body": sealing.seal(reply.body, asked.key.bytes),
        "created_at": now(),
    }


def _on_postgres() -> bool:
    return connection.vendor == "postgresql"


def _run(sql: str, *values: Any) -> list[tuple]:
    from ..lifecycle import statements  # Only a project with the table has the lifecycle too.

    return statements.run(sql, *values)


@dataclass(frozen=True, slots=True)
class _Texts:
    find: str
    hold: str
    keep: str
    alongside: str


@cache
def _texts() -> _Texts:
    name = table()._meta.db_table
    columns = ("owner", "request", "status", "body", "created_at")
    into = f"INSERT INTO {name} AS kept (key, {', '.join(columns)})"
    new = ", ".join(f"{each} = excluded.{each}" for each in columns)
    unless_kept = f"ON CONFLICT (key) DO UPDATE SET {new} WHERE kept.created_at <="
    return _Texts(
        find=f"SELECT request, status, body FROM {name} WHERE key = %s AND created_at > %s",
        hold=f"""
SELECT pg_try_advisory_xact_lock(%s::text::bigint), kept.request, kept.status, kept.body
FROM (SELECT) AS one LEFT JOIN {name} AS kept ON kept.key = %s AND kept.created_at > %s
""",
        keep=f"{into} VALUES (%s, %s, %s, %s, %s, %s) {unless_kept} %s RETURNING 1",
        alongside=(
            f"{into} SELECT %(kept_key)s, {', '.join(f'%(kept_{each})s' for each in columns)} "
            f"FROM ready {unless_kept} %(kept_older)s RETURNING 1"
        ),
    )
