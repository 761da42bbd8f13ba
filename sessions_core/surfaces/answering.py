"""What the three surfaces of learning sessions share about limits and idempotency keys."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from .. import clock
from ..errors import SessionError
from ..lifecycle import replays
from ..lifecycle.answer import answer
from ..lifecycle.submission import Submission, Verdict
from ..public_id import decode
from ..rest.caller import actor_of
from ..rest.idempotency import HEADER, answer_key
from ..rest.limits import OverLimit
from ..rest.views import SurfaceViewSet

_SESSION_ID = "session_id"


class AnsweringViewSet(SurfaceViewSet):
    """A surface of learning sessions, whose answers carry their key in the attempt's own row.

    An answer is charged to its limit first, like any request. If it turns out to be a replay, the
    charge is taken back. If the charge is refused, the answer may still be a replay, which is
    served: whether it is one shows once its body has been read, so the refusal waits until then.
    """

    #: Actions that record one answer.
    answering: ClassVar[frozenset[str]] = frozenset()
    #: Actions whose body names the session that they act on.
    session_in_body: ClassVar[frozenset[str]] = frozenset()
    #: The refusal of this request's charge, while the request may still be a replay.
    refusal: OverLimit | None = None

    @property
    def key(self) -> UUID | None:
        """The key of the request's answer. Raises ``BadInput`` for a bad one."""
        return answer_key(actor_of(self.request), self.request.headers.get(HEADER))

    def resource(self, request: Request) -> str:
        """The session's integer id, however it was written."""
        given = self._session_in(request.data) or self.kwargs.get(_SESSION_ID)
        if given is None:
            return ""
        number = decode(given)
        return given if number is None else str(number)

    def keyed_data(self, request: Request) -> Any:
        data: Any = request.data
        if self._session_in(data) is None:
            return data
        return {name: value for name, value in data.items() if name != _SESSION_ID}

    def _session_in(self, data: Any) -> str | None:
        """The id of the session that the body names, where this action's body does."""
        if self.action not in self.session_in_body or not isinstance(data, dict):
            return None
        given = data.get(_SESSION_ID)
        if isinstance(given, bool) or not isinstance(given, int | str):
            return None
        return str(given)

    def passes_over_limit(self, request: Request, error: OverLimit) -> bool:
        if self.action not in self.answering:
            return super().passes_over_limit(request, error)
        if HEADER in request.headers:
            self.refusal = error
        return self.refusal is not None

    def handle_exception(self, exc: Exception) -> Response:
        """A request over its limit that is no replay is told so, whatever else is wrong with it."""
        if self.refusal is not None:
            self.windows = self.refusal.windows
            exc = self.refusal
        return super().handle_exception(exc)

    def answered(self, submission: Submission) -> Verdict:
        """The verdict on one answer. Raises the error that it met."""
        if self.refusal is not None and not on_record([submission]):
            raise self.refusal
        (result,) = answer([submission])
        if isinstance(result, SessionError):
            raise result
        self.refusal = None
        if result.replayed:
            self.take_back_charge()
        return result


def on_record(submissions: Sequence[Submission]) -> Collection[UUID]:
    """The keys of those answers that were recorded before."""
    return replays.on_record(submissions, clock.now())


def valid(form: Any) -> Any:
    """The validated data of a serializer. Raises DRF's ``ValidationError``."""
    form.is_valid(raise_exception=True)
    return form.validated_data
