"""One operation from its limit to its reply, on the event loop or in a thread that may wait."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db import connection
from rest_framework.settings import api_settings

from ..actor import Actor
from ..errors import SessionBusy, SessionError
from ..lifecycle.statements import Alongside, Asking
from ..rest import idempotency, limits, replies
from ..rest.dialect import Dialect
from ..rest.exceptions import DATABASE_AWAY, headers_of, problem_of
from . import keyed
from .operations import Act, Json, Operation
from .till import Till
from .workers import NotDone

if TYPE_CHECKING:
    from .lines import Lines

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A plain request: ``data`` is its body, ``act`` what it asks for. ``windows``: its limits,
    once it has been charged.
    """

    operation: Operation
    actor: Actor
    method: str
    path: str
    data: Json
    key: UUID | None
    act: Act
    windows: Sequence[limits.Window] = ()

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
        """Raises what is a fault of ours; nothing was done then."""
        try:
            reply = self._reply(request)
            windows = _taken_back(request) if reply.replayed else request.windows
            return self._done(reply, windows)
        except SessionError as error:
            return self._refused(error, request.windows)
        except DATABASE_AWAY as error:
            connection.close()  # The next one begins on a connection that works.
            return self._refused(error, request.windows)

    async def perform_on_loop(self, request: Request, lines: "Lines", till: Till) -> Answer:
        """``perform`` of a ``request`` that has an ``act.asking``. Raises ``NotDone``, also where
        it broke: whether it is our fault, a thread finds out.
        """
        try:
            reply = await lines.resolve(self._asking(request))
        except SessionBusy as error:
            raise NotDone from error
        except SessionError as error:
            return self._refused(error, request.windows)
        except NotDone:
            raise
        except Exception as error:
            logger.warning("An operation goes by a thread", exc_info=error)
            raise NotDone from error
        windows = request.windows
        if reply.replayed and request.operation.limit is not None:
            (windows,) = await till.charge([(request.operation.limit, request.actor.scope, -1)])
        return self._done(reply, windows)

    def _asking(self, request: Request) -> Asking[replies.Reply]:
        act = partial(self._act_asking, request)
        return act(None) if request.asked is None else keyed.once(request.asked, act)

    def _act_asking(
        self, request: Request, alongside: Callable[[replies.Reply], Alongside] | None
    ) -> Asking[replies.Reply]:
        recorded: list[replies.Reply] = []

        def record(data: Json) -> Alongside | None:
            reply = replies.Reply(request.operation.status, self._rendered(data))
            recorded.append(reply)
            return None if alongside is None else alongside(reply)

        if request.act.asking is None:
            raise NotDone
        yield from request.act.asking(record)
        return recorded[-1]  # It may have been written more than once, in vain.

    def _reply(self, request: Request) -> replies.Reply:
        """The view looks a key up, counts, and holds the key. Here it has been counted; then one
        statement does both, and what it says decides whether that is taken back.
        """
        asked = request.asked
        if asked is None:
            return self._act(request)
        return replies.once(asked, lambda: self._act(request))

    def _act(self, request: Request) -> replies.Reply:
        return replies.Reply(request.operation.status, self._rendered(request.act.call()))

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


def _taken_back(request: Request) -> Sequence[limits.Window]:
    """The limits as they stand once this request is not counted, which did nothing."""
    scope = request.operation.limit
    return () if scope is None else limits.consume(scope, request.actor.scope, -1)
