"""What the surfaces share about answers: the limit they count against, and their keys."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from rest_framework.request import Request

from .. import clock
from ..errors import SessionError
from ..lifecycle import replays
from ..lifecycle.answer import answer
from ..lifecycle.replays import Counted
from ..lifecycle.submission import Submission, Verdict
from ..rest.caller import actor_of
from ..rest.idempotency import HEADER, answer_key
from ..rest.views import SurfaceViewSet

T = TypeVar("T")


class AnsweringViewSet(SurfaceViewSet):
    """A surface with answers. Those of ``answering`` carry their key in the attempt's own row."""

    answering: ClassVar[frozenset[str]] = frozenset()
    #: What is on record of the request's key, once the limit has asked.
    counted: Mapping[UUID, Counted] | None = None

    def limit_cost(self, request: Request) -> int:
        """An answer that was counted before under its key is not counted again."""
        if self.action not in self.answering:
            return super().limit_cost(request)
        key = answer_key(actor_of(request), request.headers.get(HEADER))
        self.counted = replays.find([key] if key else [], clock.now())
        return 0 if self.counted else 1

    def answered(self, submission: Submission) -> Verdict:
        """The verdict on one answer. Raises the error that it met."""
        (result,) = answer([submission], known=self.counted)
        if isinstance(result, SessionError):
            raise result
        return result


def takes_a_key(action: T) -> T:
    """Document the key of an action that stores it in the attempt."""
    cast(Any, action).takes_a_key = True
    return action


def valid(form: Any) -> Any:
    """The validated data of a serializer. Raises DRF's ``ValidationError``."""
    form.is_valid(raise_exception=True)
    return form.validated_data
