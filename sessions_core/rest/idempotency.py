"""``Idempotency-Key``: the same request again gives the same response and no second effect.

The response is stored in the transaction of its effect, so the two are there together or not at
all; a request that fails leaves neither, and burns no key. Answers do not come this way: the row
of an attempt carries its key.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from ..actor import Actor
from ..clock import now
from . import replies
from .caller import actor_of
from .problems import BadInput, FieldError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_LENGTH = 255

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
        first: list[Response] = []

        def act() -> replies.Reply:
            first[:] = [action(view, request, *args, **kwargs)]
            return replies.Reply(first[0].status_code, _rendered(request, first[0]))

        reply = replies.once(_asked(key, request), act)
        return _replay(reply) if reply.replayed else first[0]

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
        key = None  # Refused, and counted, further on.
    stored = None if key is None else replies.find(key)
    # A body that cannot be parsed is refused here: DRF takes it for an empty one from then on.
    return key is not None and stored is not None and stored.answers(_asked(key, request))


def purge() -> int:
    """Delete the responses beyond ``KEPT_FOR``; answers how many."""
    return replies.table().objects.filter(created_at__lte=now() - replies.KEPT_FOR).delete()[0]


def forget(actor: Actor) -> int:
    """Delete what was answered to ``actor``; answers how many."""
    return replies.table().objects.filter(owner=actor.scope).delete()[0]


def _asked(key: UUID, request: Request) -> replies.Asked:
    # The body as parsed: the bytes were read from the stream, and are gone.
    scope = actor_of(request).scope
    return replies.Asked(key, scope, str(request.method), request.path, request.data)


def _rendered(request: Request, response: Response) -> bytes:
    renderer = request.accepted_renderer
    return cast(bytes, renderer.render(response.data, renderer.media_type, {}))


def _replay(reply: replies.Reply) -> Response:
    data = orjson.loads(reply.body) if reply.body else None
    return Response(data, status=reply.status, headers={REPLAYED: "true"})
