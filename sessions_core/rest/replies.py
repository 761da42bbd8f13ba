"""The first reply to an idempotency key, kept in the transaction of its effect.

A request claims its key by inserting the key's row before it does anything. A second request under
the key waits at the primary key until the first has ended, and then finds the reply there, or the
key free. The module knows of no HTTP request, so that whatever takes requests can use it.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.conf import settings
from django.db import OperationalError, transaction

from ..clock import now
from ..errors import KeyInProgress, KeyReused
from ..retrying import retrying
from . import sealing

KEPT_FOR = timedelta(hours=24)

#: The status of a row whose request is still running. Its own transaction alone can see it.
_CLAIMED = 0
#: Claims that one request makes before it gives up. Each but the last met a row that had expired,
#: or that somebody deleted meanwhile.
_ROUNDS = 3
_LOCK_TIMEOUT = "55P03"


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that came under an idempotency key.

    ``owner`` is the caller's ``Actor.scope``. ``operation`` names what is asked for, as in
    ``portal:complete``, and ``resource`` what it is done to, empty where there is none. ``data`` is
    the body as parsed, without what ``resource`` says already.
    """

    key: UUID
    owner: str
    operation: str
    resource: str
    data: Any

    def digests(self) -> Iterator[UUID]:
        """Operation, resource and body under each secret key, the present one first.

        They are keyed, so that the table tells nobody whether a guessed text was sent.
        """
        parts = [self.operation, self.resource, self.data]
        content = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            digest = hmac.digest(secret.encode(), b"idempotent request\0" + content, "sha256")
            yield UUID(bytes=digest[:16])


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a rendered body. ``replayed`` says that nothing was done for it this time."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A reply on record. ``request`` is the digest of what it replied to; ``body`` is sealed."""

    request: UUID
    status: int
    body: bytes

    def answers(self, request: KeyedRequest) -> bool:
        """Whether this is the reply to ``request``, and not to another one under its key."""
        return self.request in request.digests()

    def reply(self, request: KeyedRequest) -> Reply:
        """The reply once more. Raises ``KeyReused`` if it was given to another request."""
        if not self.answers(request):
            raise KeyReused
        return Reply(self.status, sealing.unseal(bytes(self.body), request.key.bytes), True)


def once(request: KeyedRequest, act: Callable[[], Reply]) -> Reply:
    """The reply on record, or else that of ``act``, recorded together with the effect of ``act``.

    A reply of status 400 or above is passed on, and leaves neither effect nor record, as does
    whatever ``act`` raises. Raises ``KeyReused`` for the key of another request, and
    ``KeyInProgress`` if the database's lock timeout ends the wait for the first request.
    """
    # The verbs inside cannot start over by themselves: this is their outermost transaction.
    return retrying(_once, request, act)


@transaction.atomic
def _once(request: KeyedRequest, act: Callable[[], Reply]) -> Reply:
    stored = _claim(request)
    if stored is not None:
        return stored.reply(request)
    reply = act()
    if reply.status >= 400:
        transaction.set_rollback(True)
        return reply
    row = table().objects.filter(key=request.key)
    row.update(status=reply.status, body=_sealed(request, reply))
    return reply


def _claim(request: KeyedRequest) -> Stored | None:
    """Wait until the key is free, and take it for this transaction: then the answer is ``None``.

    Answers what is on record if the key is not free. Raises ``KeyInProgress``.
    """
    model = table()
    rows = model.objects.filter(key=request.key)
    for _ in range(_ROUNDS):
        claim = model(**columns(request, Reply(_CLAIMED, b"")))
        try:
            model.objects.bulk_create([claim], ignore_conflicts=True)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == _LOCK_TIMEOUT:
                raise KeyInProgress from error
            raise
        found = rows.values_list("request", "status", "body", "created_at").first()
        if found is None:
            continue
        if found[1] == _CLAIMED:
            return None
        oldest = now() - KEPT_FOR
        if found[3] > oldest:
            return Stored(*found[:3])
        rows.filter(created_at__lte=oldest).delete()
    raise KeyInProgress


def find(key: UUID) -> Stored | None:
    """The reply on record under ``key``."""
    rows = table().objects.filter(key=key, created_at__gt=now() - KEPT_FOR)
    found = rows.values_list("request", "status", "body").first()
    return None if found is None else Stored(*found)


def columns(request: KeyedRequest, reply: Reply) -> dict[str, Any]:
    """The row that keeps ``reply``, for whoever writes it by a statement of its own."""
    return {
        "key": request.key,
        "owner": request.owner,
        "request": next(request.digests()),
        "status": reply.status,
        "body": _sealed(request, reply),
        "created_at": now(),
    }


def _sealed(request: KeyedRequest, reply: Reply) -> bytes:
    return sealing.seal(reply.body, request.key.bytes)


def table() -> Any:
    """The model, looked up when it is needed: an app that takes no key needs no such table."""
    return apps.get_model("sessions_core", "IdempotentResponse")
