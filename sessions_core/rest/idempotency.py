"""``Idempotency-Key``: the same request again gives the same response and no second effect.

The response is stored in the transaction of its effect, so the two are there together or not at
all; a request that fails leaves neither, and burns no key. Answers do not come this way: the row
of an attempt carries its key.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import Any, cast
from uuid import UUID

import orjson
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from ..actor import Actor
from ..clock import now
from ..errors import KeyInProgress, KeyReused
from ..retrying import retrying
from . import sealing
from .caller import actor_of
from .problems import BadInput, FieldError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_LENGTH = 255
KEPT_FOR = timedelta(hours=24)

Action = Callable[..., Response]


def idempotent(action: Action) -> Action:
    """For an action that changes something: serve a repeated key from the stored response.

    Raises ``KeyReused`` for the key of another request, ``KeyInProgress`` while the first one is
    still running.
    """

    @wraps(action)
    def with_key(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = answer_key(actor_of(request), request.headers.get(HEADER))
        if key is None:
            return action(view, request, *args, **kwargs)

        @transaction.atomic
        def once() -> Response:
            _hold(key)
            stored = _stored(key)
            if stored is not None:
                return _replay(stored, request)
            response = action(view, request, *args, **kwargs)
            if response.status_code < 400:
                _keep(key, request, response)
            return response

        # The verbs inside cannot start over by themselves: this is their outermost transaction.
        return retrying(once)

    cast(Any, with_key).takes_a_key = True
    return with_key


def answer_key(actor: Actor, header: str | None) -> UUID | None:
    """The digest of an actor's key; ``None`` without one. Raises ``BadInput`` for a bad key."""
    if header is None:
        return None
    if not (0 < len(header) <= MAX_LENGTH and header.isprintable()):
        raise bad_key()
    owned = f"{actor.scope}\0{header}".encode("utf-8", "surrogateescape")
    return UUID(bytes=hashlib.blake2b(owned, digest_size=16).digest())


def bad_key() -> BadInput:
    text = f"{HEADER} must be 1 to {MAX_LENGTH} printable characters"
    return BadInput(FieldError(("header", HEADER), text), 400)


def is_replay(request: Request) -> bool:
    """Whether this very request was answered before under its key: then no limit counts it."""
    header = request.headers.get(HEADER)
    if header is None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    try:
        key = answer_key(actor_of(request), header)
    except BadInput:
        return False  # Refused, and counted, further on.
    stored = _stored(key)
    # A body that cannot be parsed is refused here: DRF takes it for an empty one from then on.
    return stored is not None and stored.request in _request_digests(request)


def _responses() -> Any:
    """The table's manager, looked up late: an app that never decorates needs no such table."""
    return apps.get_model("sessions_core", "IdempotentResponse").objects


def _stored(key: UUID | None) -> Any | None:
    return _responses().filter(key=key, created_at__gt=now() - KEPT_FOR).first()


def purge() -> int:
    """Delete the responses beyond ``KEPT_FOR``; answers how many."""
    return _responses().filter(created_at__lte=now() - KEPT_FOR).delete()[0]


def forget(actor: Actor) -> int:
    """Delete what was answered to ``actor``; answers how many."""
    return _responses().filter(owner=actor.scope).delete()[0]


def _hold(key: UUID) -> None:
    """Let one request with this key at a time through, until its transaction ends.

    SQLite needs nothing: its transactions begin with the write lock.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(key.bytes[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise KeyInProgress


def _replay(stored: Any, request: Request) -> Response:
    if stored.request not in _request_digests(request):
        raise KeyReused
    body = sealing.unseal(bytes(stored.body), stored.key.bytes)
    return Response(
        orjson.loads(body) if body else None, status=stored.status, headers={REPLAYED: "true"}
    )


def _keep(key: UUID, request: Request, response: Response) -> None:
    renderer = request.accepted_renderer
    body = cast(bytes, renderer.render(response.data, renderer.media_type, {}))
    row = {
        "owner": actor_of(request).scope,
        "request": next(_request_digests(request)),
        "status": response.status_code,
        "body": sealing.seal(body, key.bytes),
        "created_at": now(),
    }
    # Over a key older than ``KEPT_FOR``, if need be.
    _responses().bulk_create(
        [_responses().model(key=key, **row)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=list(row),
    )


def _request_digests(request: Request) -> Iterator[UUID]:
    """Method, address and body under each secret key, the present one first.

    Keyed, so that the table tells nobody whether a guessed text was sent.
    """
    # The body as parsed: the bytes were read from the stream, and are gone.
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    said = b"\0".join((str(request.method).encode(), request.path.rstrip("/").encode(), body))
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        digest = hmac.digest(secret.encode(), b"idempotent request\0" + said, "sha256")
        yield UUID(bytes=digest[:16])
