"""What the surfaces share about answers: the limit they count against, and their keys."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response

from .. import clock
from ..errors import RateLimited, SessionError
from ..lifecycle import replays
from ..lifecycle.answer import Result, answer
from ..lifecycle.replays import Counted
from ..lifecycle.submission import Submission, Verdict
from ..rest.caller import actor_of
from ..rest.exceptions import DATABASE_AWAY
from ..rest.idempotency import HEADER, answer_key
from ..rest.views import SurfaceViewSet
from .recorder import Recorder, recorder

T = TypeVar("T")


class AnsweringViewSet(SurfaceViewSet):
    """A surface with answers. Those of ``answering`` carry their key in the attempt's own row.

    Where the server has a recorder, that counts them against their limit too: after they have been
    read instead of before, so one that cannot be read is counted here.
    """

    answering: ClassVar[frozenset[str]] = frozenset()
    #: The request's idempotency key, as its actor's.
    key: UUID | None = None
    #: What is on record of it, once the limit has asked.
    counted: Mapping[UUID, Counted] | None = None
    #: What will record the request's answer in company, and count it. Not yet counted until then.
    company: Recorder | None = None

    def count(self, request: Request) -> None:
        if self.action in self.answering:
            self.key = answer_key(actor_of(request), request.headers.get(HEADER))
            # What a host has put into a transaction of its own is recorded there.
            self.company = None if connection.in_atomic_block else recorder.get()
        if self.company is None:
            super().count(request)

    def handle_exception(self, exc: Exception) -> Response:
        if self.company is not None:
            self.company = None
            try:
                super().count(self.request)
            except (RateLimited, *DATABASE_AWAY) as error:
                exc = error
        return super().handle_exception(exc)

    def limit_cost(self, request: Request) -> int:
        """An answer that was counted before under its key is not counted again."""
        if self.action not in self.answering:
            return super().limit_cost(request)
        self.counted = replays.find([self.key] if self.key else [], clock.now())
        return 0 if self.counted else 1

    def answered(self, submission: Submission) -> Verdict:
        """The verdict on one answer. Raises the error that it met."""
        result = None if self.company is None else self._in_company(self.company, submission)
        if result is None:
            (result,) = answer([submission], known=self.counted)
        if isinstance(result, SessionError):
            raise result
        return result

    def _in_company(self, company: Recorder, submission: Submission) -> Result | None:
        recorded = company(submission)
        self.company = None
        self.windows = list(recorded.windows)
        return recorded.result


def takes_a_key(action: T) -> T:
    """Document the key of an action that stores it in the attempt."""
    cast(Any, action).takes_a_key = True
    return action


def valid(form: Any) -> Any:
    """The validated data of a serializer. Raises DRF's ``ValidationError``."""
    form.is_valid(raise_exception=True)
    return form.validated_data
