"""How a surface speaks of errors: its statuses, its codes, the shape of its bodies."""

from collections.abc import Mapping
from typing import Any, ClassVar

from .. import errors
from .problems import FieldError, Problem

DOMAIN_ERRORS: Mapping[type[Exception], tuple[int, str]] = {
    errors.SessionError: (400, "invalid_request"),
    errors.SessionNotFound: (404, "session_not_found"),
    errors.ActivityNotFound: (404, "activity_not_found"),
    errors.ItemNotFound: (404, "item_not_found"),
    errors.KeyReused: (422, "idempotency_key_reused"),
    errors.KeyInProgress: (409, "idempotency_key_in_progress"),
    errors.RateLimited: (429, "rate_limit_exceeded"),
    errors.Unavailable: (503, "service_unavailable"),
}


class ErrorDialect:
    """Plain ``{"detail": text}``. A surface overrides ``body`` and what differs in the tables."""

    name: ClassVar[str] = "plain"
    #: Domain error to status and code, where this surface departs from ``DOMAIN_ERRORS``.
    table: ClassVar[Mapping[type[Exception], tuple[int, str]]] = {}
    #: Status of a request whose content is not valid.
    validation_status: ClassVar[int] = 400
    #: Codes of what is not a domain error, by status.
    codes: ClassVar[Mapping[int, str]] = {
        400: "invalid_request",
        401: "not_authenticated",
        403: "permission_denied",
        404: "not_found",
        405: "method_not_allowed",
        409: "conflict",
        413: "request_too_large",
        415: "unsupported_media_type",
        422: "invalid_request",
        429: "rate_limit_exceeded",
        503: "service_unavailable",
    }

    def body(self, problem: Problem) -> dict[str, Any]:
        return {"detail": problem.message}

    def code(self, status: int) -> str:
        return self.codes.get(status, "error")

    def domain_problem(self, error: errors.SessionError) -> Problem:
        """The nearest class of ``error`` in this surface's table, then in the common one."""
        for table in (self.table, DOMAIN_ERRORS):
            for cls in type(error).__mro__:
                if cls in table:
                    status, code = table[cls]
                    return Problem(
                        status,
                        code,
                        error.message,
                        details=error.details or None,
                        retry_after=getattr(error, "retry_after", None),
                    )
        raise LookupError(f"{type(error).__name__} is not a SessionError")


#: DRF's codes in the words of pydantic, which FastAPI clients switch on.
_PYDANTIC_TYPES = {
    "required": "missing",
    "invalid": "value_error",
    "invalid_choice": "enum",
    "min_value": "greater_than_equal",
    "max_value": "less_than_equal",
    "min_length": "string_too_short",
    "blank": "string_too_short",
    "max_length": "string_too_long",
    "not_a_list": "list_type",
    "not_a_dict": "dict_type",
    "unknown": "extra_forbidden",
}


class FastAPIErrors(ErrorDialect):
    """FastAPI's bodies: 422 with a list of ``loc``, ``msg`` and ``type``, else a plain text."""

    name = "fastapi"
    validation_status = 422

    def body(self, problem: Problem) -> dict[str, Any]:
        if problem.status == self.validation_status and problem.fields:
            return {"detail": [self._entry(error) for error in problem.fields]}
        return super().body(problem)

    @staticmethod
    def _entry(error: FieldError) -> dict[str, Any]:
        kind = _PYDANTIC_TYPES.get(error.type, error.type)
        return {"loc": list(error.loc), "msg": error.message, "type": kind}
