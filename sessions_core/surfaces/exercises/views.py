"""The exercises' operations: read the input, call the verb, render."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from ...lifecycle import end
from ...lifecycle.start import Wishes, start
from ...models import Dialect
from ...rest.caller import actor_of
from ...rest.idempotency import idempotent, takes_a_key
from ...rest.zones import zone_of
from ..answering import AnsweringViewSet, valid
from . import render
from .errors import EXERCISES
from .inputs import ExerciseEndInput, ExerciseStartInput, SubmitInput
from .schema import documented
from .submitting import submission


class ExercisesViewSet(AnsweringViewSet):
    """Practice sessions of exercises, and answers with or without one."""

    dialect = EXERCISES
    limits: ClassVar[dict[str, str]] = {
        "start": "session_start",
        "submit": "progress",
        "end": "session_complete",
    }
    answering: ClassVar[frozenset[str]] = frozenset({"submit"})
    session_in_body: ClassVar[frozenset[str]] = frozenset({"submit", "end"})

    @documented("start")
    @idempotent
    def start(self, request: Request) -> Response:
        data = valid(ExerciseStartInput(data=request.data))
        wishes = Wishes(session_type=data["session_type"], zone=zone_of(request))
        session = start(actor_of(request), Dialect.EXERCISES, wishes)
        return Response(render.started(session), status=201)

    @documented("submit")
    @takes_a_key
    def submit(self, request: Request) -> Response:
        data = valid(SubmitInput(data=request.data))
        if data.get("session_id") is None:
            return self._submit_alone(request, data)
        return self._submit(request, data, self.key)

    @idempotent
    def _submit_alone(self, request: Request, data: dict[str, Any]) -> Response:
        """An answer without a session has no attempt's row to carry the key beforehand."""
        return self._submit(request, data, None)

    def _submit(self, request: Request, data: dict[str, Any], key: UUID | None) -> Response:
        given = submission(actor_of(request), data, key, zone_of(request))
        return Response(render.verdict(self.answered(given)))

    @documented("end")
    @idempotent
    def end(self, request: Request) -> Response:
        data = valid(ExerciseEndInput(data=request.data))
        session = end.complete(actor_of(request), data["session_id"], route="exercises:end")
        return Response(render.ended(session))
