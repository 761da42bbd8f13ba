"""One operation of a surface in the API documents, with the document's own examples.

Errors, keys and limits are added by ``rest.schema`` from what the view says of itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from ..rest.schema import may_fail
from ..rest.zones import HEADER as ZONE_HEADER

F = TypeVar("F", bound=Callable[..., Any])

ZONE = OpenApiParameter(
    ZONE_HEADER, str, OpenApiParameter.HEADER, description="IANA zone of the learner."
)


@dataclass(frozen=True, slots=True)
class Operation:
    """``sent`` and ``received`` are examples; ``errors`` those of this operation alone."""

    summary: str
    response: Any
    received: Any
    request: Any = None
    sent: Any = None
    status: int = 200
    parameters: Sequence[Any] = ()
    errors: Sequence[Any] = ()


def describer(prefix: str, tag: str, operations: dict[str, Operation]) -> Callable[..., Any]:
    """A decorator factory: ``documented("start")`` attaches the operation of that name."""

    def documented(name: str) -> Callable[[F], F]:
        operation = operations[name]

        def describe(action: F) -> F:
            described = extend_schema(
                operation_id=f"{prefix}_{name}",
                tags=[tag],
                summary=operation.summary,
                request=operation.request,
                parameters=list(operation.parameters),
                responses={operation.status: operation.response},
                examples=_examples(operation),
            )(action)
            return may_fail(*operation.errors)(described)

        return describe

    return documented


def _examples(operation: Operation) -> list[OpenApiExample]:
    examples = []
    if operation.sent is not None:
        examples.append(OpenApiExample("Request", operation.sent, request_only=True))
    if operation.received is not None:
        examples.append(
            OpenApiExample(
                "Response",
                operation.received,
                response_only=True,
                status_codes=[str(operation.status)],
            )
        )
    return examples
