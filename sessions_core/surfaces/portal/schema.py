"""What the API documents say of the portal's operations: shapes, examples, errors."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from . import examples, inputs, outputs

T = TypeVar("T", bound=Callable[..., Any])

_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key and body again gives the same response and no second effect.",
)
_ZONE = OpenApiParameter(
    "X-Timezone", str, OpenApiParameter.HEADER, description="IANA zone of the learner."
)
_ERRORS = {
    400: "invalid_request",
    401: "not_authenticated",
    404: "session_not_found",
    409: "idempotency_key_in_progress",
    422: "idempotency_key_reused",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}

# name: (summary, request, status, response, errors, parameters)
_OPERATIONS: dict[str, tuple[str, Any, int, Any, tuple[int, ...], list[Any]]] = {
    "start": (
        "Start a session",
        inputs.StartInput,
        201,
        outputs.StartedOutput,
        (400, 401, 404, 409, 422, 429, 503),
        [_KEY, _ZONE],
    ),
    "progress": (
        "Answer an item",
        inputs.AnswerInput,
        200,
        outputs.VerdictOutput,
        (400, 401, 404, 409, 422, 429, 503),
        [_KEY],
    ),
    "batch": (
        "Answer up to a hundred items at once, as after a time offline",
        inputs.BatchInput,
        200,
        outputs.BatchOutput,
        (400, 401, 404, 429, 503),
        [_KEY],
    ),
    "complete": (
        "Complete a session",
        None,
        200,
        outputs.SummaryOutput,
        (400, 401, 404, 409, 422, 429, 503),
        [_KEY],
    ),
    "cancel": (
        "Cancel a session",
        None,
        200,
        outputs.CancelledOutput,
        (400, 401, 404, 409, 422, 503),
        [_KEY],
    ),
    "resume": (
        "Resume a paused session, or pick up a running one",
        None,
        200,
        outputs.StateOutput,
        (400, 401, 404, 409, 422, 503),
        [_KEY],
    ),
    "history": (
        "List the caller's sessions, newest first",
        None,
        200,
        outputs.HistoryOutput,
        (400, 401, 503),
        [inputs.HistoryInput],
    ),
    "details": (
        "Show one session in detail",
        None,
        200,
        outputs.DetailsOutput,
        (400, 401, 404, 503),
        [],
    ),
}


def documented(name: str) -> Callable[[T], T]:
    """Attach the documentation of the operation ``name``."""
    summary, request, status, response, codes, parameters = _OPERATIONS[name]
    return extend_schema(
        operation_id=f"portal_{name}",
        tags=["Learning sessions"],
        summary=summary,
        request=request,
        parameters=parameters,
        responses={status: response} | dict.fromkeys(codes, outputs.ErrorOutput),
        examples=[*_examples(name, status), *(_error(code) for code in codes)],
    )


def _examples(name: str, status: int) -> list[OpenApiExample]:
    shown = []
    if name in examples.REQUESTS:
        shown.append(OpenApiExample("Request", examples.REQUESTS[name], request_only=True))
    response = examples.RESPONSES[name]
    shown.append(
        OpenApiExample("Response", response, response_only=True, status_codes=[str(status)])
    )
    return shown


def _error(code: int) -> OpenApiExample:
    body = examples.ERRORS.get(code) or {"error": _ERRORS[code], "message": examples.TEXTS[code]}
    return OpenApiExample(_ERRORS[code], body, response_only=True, status_codes=[str(code)])
