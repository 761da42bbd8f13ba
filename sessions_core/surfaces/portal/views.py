"""The portal's operations: read the input, call the verb or the query, render."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from ... import clock
from ...errors import SessionError
from ...lifecycle import end, pause
from ...lifecycle.answer import answer
from ...lifecycle.submission import Submission
from ...queries import current
from ...rest.caller import actor_of
from ...rest.dialect import ErrorDialect
from ...rest.exceptions import response_of
from ...rest.idempotency import answer_key, idempotent, is_replay, takes_a_key
from ...rest.zones import zone_of
from ..answering import AnsweringViewSet, on_record, valid
from . import operations, reads, render
from .errors import PORTAL
from .inputs import AnswerInput, BatchInput, HistoryInput, StartInput
from .schema import documented
from .submitting import submission


class PortalViewSet(AnsweringViewSet):
    """Learning sessions as the portal's clients know them."""

    dialect: ClassVar[ErrorDialect] = PORTAL
    limits: ClassVar[dict[str, str]] = {
        "start": "session_start",
        "progress": "progress",
        "complete": "session_complete",
    }
    answering: ClassVar[frozenset[str]] = frozenset({"progress"})

    @documented("start")
    @idempotent
    def start(self, request: Request) -> Response:
        data = valid(StartInput(data=request.data))
        body = operations.start(actor_of(request), data, zone_of(request))
        return Response(body, status=201)

    @documented("progress")
    @takes_a_key
    def progress(self, request: Request, session_id: str) -> Response:
        actor = actor_of(request)
        data = valid(AnswerInput(data=request.data))
        given = submission(actor, session_id, data, self.key)
        return Response(render.verdict(self.answered(given)))

    @documented("batch")
    @takes_a_key
    def batch(self, request: Request, session_id: str) -> Response:
        actor = actor_of(request)
        submissions = [
            submission(actor, session_id, data, answer_key(actor, data.get("idempotency_key")))
            for data in valid(BatchInput(data=request.data))["answers"]
        ]
        cost = 0 if is_replay(self, request) else _new_answers(submissions)
        self.charge("progress", cost)
        return self._answer_all(request, submissions)

    @idempotent
    def _answer_all(self, request: Request, submissions: Sequence[Submission]) -> Response:
        return Response({"results": [self._report(result) for result in answer(submissions)]})

    def _report(self, result: Any) -> dict[str, Any]:
        """One answer's result, with the status it would have had alone."""
        if not isinstance(result, SessionError):
            return {"status": 200, **render.verdict(result)}
        problem = PORTAL.domain_problem(result)
        return {"status": problem.status, **response_of(problem, PORTAL).data}

    @documented("complete")
    @idempotent
    def complete(self, request: Request, session_id: str) -> Response:
        return Response(operations.complete(actor_of(request), session_id))

    @documented("cancel")
    @idempotent
    def cancel(self, request: Request, session_id: str) -> Response:
        session = end.cancel(actor_of(request), session_id, route="portal:cancel")
        return Response(render.cancelled(session))

    @documented("resume")
    @idempotent
    def resume(self, request: Request, session_id: str) -> Response:
        session = pause.resume(actor_of(request), session_id, route="portal:resume")
        return Response(render.state(session, current.next_item(session), clock.now()))

    @documented("history")
    def history(self, request: Request) -> Response:
        form = HistoryInput(data=request.query_params)
        valid(form)
        return Response(reads.history(actor_of(request), form.wanted()))

    @documented("details")
    def details(self, request: Request, session_id: str) -> Response:
        return Response(reads.details(actor_of(request), session_id))


def _new_answers(submissions: Sequence[Submission]) -> int:
    """How many of a batch count against the limit: those that are not on record, each key once."""
    new_keys = {each.key for each in submissions if each.key}.difference(on_record(submissions))
    return len(new_keys) + sum(each.key is None for each in submissions)
