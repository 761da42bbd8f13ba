"""One operation from its limit to its reply, in a thread that may wait for the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import connection
from rest_framework.settings import api_settings

from ..actor import Actor
from ..errors import KeyInProgress, KeyReused, SessionError
from ..rest import idempotency, limits, replies
from ..rest.dialect import Dialect
from ..rest.exceptions import DATABASE_AWAY, headers_of, problem_of
from .operations import Act, Json, Operation


@dataclass(frozen=True, slots=True)
class Request:
    """A plain request: ``data`` is its body, ``act`` what it asks for."""

    operation: Operation
    actor: Actor
    method: str
    path: str
    data: Json
    key: UUID | None
    act: Act

    @property
    def asked(self) -> replies.Asked | None:
        if self.key is None:
            return None
        return replies.Asked(self.key, self.actor.scope, self.method, self.path, self.data)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


class Performer:
    """``dialect``: in which errors are told."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        renderers: Any = api_settings.DEFAULT_RENDERER_CLASSES
        self._renderer = renderers[0]()

    def perform(self, request: Request) -> Answer:
        """Raises what is a fault of ours; nothing was done then but counting against the limit."""
        windows: list[limits.Window] = []
        try:
            return self._done(self._reply(request, windows), windows)
        except limits.OverLimit as error:
            return self._refused(error, error.windows)
        except SessionError as error:
            return self._refused(error, windows)
        except DATABASE_AWAY as error:
            connection.close()  # The next one begins on a connection that works.
            return self._refused(error, windows)

    def _reply(self, request: Request, windows: list[limits.Window]) -> replies.Reply:
        """Fills ``windows`` with the limit as it stands then.

        The view looks a key up, counts, and holds the key. Here one statement does both, and what
        it says decides what is counted.
        """

        def charge(cost: int) -> None:
            scope = request.operation.limit
            if scope is not None and not windows:  # A verb that starts over is counted once.
                windows.extend(limits.consume(scope, request.actor.scope, cost))

        def act() -> replies.Reply:
            charge(1)
            return self._act(request)

        if request.asked is None:
            return act()
        try:
            reply = replies.once(request.asked, act)
        except (KeyReused, KeyInProgress):
            charge(1)
            raise
        charge(0)
        return reply

    def _act(self, request: Request) -> replies.Reply:
        return replies.Reply(request.operation.status, self._rendered(request.act()))

    def _rendered(self, data: Json) -> bytes:
        return cast(bytes, self._renderer.render(data, "application/json", {}))

    def _done(self, reply: replies.Reply, windows: Sequence[limits.Window]) -> Answer:
        headers = {idempotency.REPLAYED: "true"} if reply.replayed else {}
        if windows:
            headers.update(limits.headers(windows))
        return Answer(reply.status, headers, reply.body)

    def _refused(self, error: Exception, windows: Sequence[limits.Window]) -> Answer:
        problem = problem_of(error, self._dialect, None)
        if problem is None:
            raise error
        headers = dict(headers_of(problem))
        if windows:
            headers.update(limits.headers(windows))
        return Answer(problem.status, headers, self._rendered(self._dialect.body(problem)))
