"""``Idempotency-Key``: the same request again gives the same response and no second effect.

The response is stored in the transaction of its effect, so the two are there together or not at
all; a request that fails leaves neither, and burns no key. An answer within a session is not kept
this way: the row of its attempt carries the key.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast
from uuid import UUID

import orjson
from rest_framework.exceptions import APIException
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


class KeyedView(Protocol):
    """What a view says of a request that may come under a key: ``views.Surface`` is one."""

    def operation_name(self) -> str: ...

    def resource(self, request: Request) -> str: ...

    def keyed_data(self, request: Request) -> Any: ...

    def take_back_charge(self) -> None: ...


def idempotent(action: Action) -> Action:
    """For an action that changes something: serve a repeated key from the stored response.

    The key belongs to the caller, the view's ``operation_name`` and its ``resource``. A request
    that is served from the record is not counted against its limit. Raises ``KeyReused`` for the
    key of another request, and ``KeyInProgress`` if the wait for the first one was cut short.
    """

    @wraps(action)
    def with_key(view: KeyedView, request: Request, *args: Any, **kwargs: Any) -> Response:
        keyed = keyed_request(view, request)
        if keyed is None:
            return action(view, request, *args, **kwargs)
        first: list[Response] = []

        def act() -> replies.Reply:
            first[:] = [action(view, request, *args, **kwargs)]
            return replies.Reply(first[0].status_code, _rendered(request, first[0]))

        reply = replies.once(keyed, act)
        if not reply.replayed:
            return first[0]
        view.take_back_charge()
        return _replay(reply)

    return takes_a_key(with_key)


def takes_a_key(action: Action) -> Action:
    """Say of an action that sees to the key by itself that it takes one, for the API documents."""
    cast(Any, action).takes_a_key = True
    return action


def answer_key(actor: Actor, header: str | None) -> UUID | None:
    """The digest of the key of ``actor``'s answer, which is unique within the answer's session.

    Without a header it is ``None``. Raises ``BadInput`` for a bad key.
    """
    return None if header is None else _digest(actor.scope, checked(header))


def operation_key(actor: Actor, operation: str, resource: str, header: str | None) -> UUID | None:
    """The digest of ``actor``'s key for ``operation`` on ``resource``: elsewhere it is another key.

    ``operation`` is as ``Surface.operation_name`` has it, ``resource`` as ``Surface.resource``.
    Without a header it is ``None``. Raises ``BadInput`` for a bad key.
    """
    if header is None:
        return None
    return _digest(actor.scope, operation, checked(header), resource)


def checked(header: str) -> str:
    """A key's text. Raises ``BadInput`` for one that is empty, too long or not printable."""
    if not (0 < len(header) <= MAX_LENGTH and header.isprintable()):
        raise bad_key()
    return header


def bad_key() -> BadInput:
    text = f"{HEADER} must be 1 to {MAX_LENGTH} printable characters"
    return BadInput(FieldError(("header", HEADER), text), 400)


def keyed_request(view: KeyedView, request: Request) -> replies.KeyedRequest | None:
    """``request`` under its key; ``None`` if it came without one. Raises ``BadInput``."""
    actor = actor_of(request)
    operation, resource = view.operation_name(), view.resource(request)
    key = operation_key(actor, operation, resource, request.headers.get(HEADER))
    if key is None:
        return None
    return replies.KeyedRequest(key, actor.scope, operation, resource, view.keyed_data(request))


def is_replay(view: KeyedView, request: Request) -> bool:
    """Whether this very request was replied to before under its key: then no limit counts it."""
    if HEADER not in request.headers or request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    try:
        keyed = keyed_request(view, request)
    except (APIException, BadInput):  # The key is bad, or the body cannot be read.
        return False
    stored = None if keyed is None else replies.find(keyed.key)
    return keyed is not None and stored is not None and stored.answers(keyed)


def purge() -> int:
    """Delete the responses beyond ``KEPT_FOR``; answers how many."""
    return replies.table().objects.filter(created_at__lte=now() - replies.KEPT_FOR).delete()[0]


def forget(actor: Actor) -> int:
    """Delete what was replied to ``actor``; answers how many."""
    return replies.table().objects.filter(owner=actor.scope).delete()[0]


def _digest(*parts: str) -> UUID:
    # Only the last part may hold a NUL, so that no two lists of parts read alike.
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return UUID(bytes=hashlib.blake2b(text, digest_size=16).digest())


def _rendered(request: Request, response: Response) -> bytes:
    renderer = request.accepted_renderer
    return cast(bytes, renderer.render(response.data, renderer.media_type, {}))


def _replay(reply: replies.Reply) -> Response:
    data = orjson.loads(reply.body) if reply.body else None
    return Response(data, status=reply.status, headers={REPLAYED: "true"})
