"""The portal's errors: ``{"error": code, "message": text, "details"?: object}``."""

from collections.abc import Mapping
from typing import Any, ClassVar

from ... import errors
from ...public_id import encode
from ...rest.dialect import ErrorDialect
from ...rest.problems import Problem
from ..instants import instant


class PortalDialect(ErrorDialect):
    name = "portal"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "error": {"type": "string"},
            "message": {"type": "string"},
            "details": {"type": "object", "additionalProperties": True},
            "retry_after": {"type": "integer", "description": "Seconds."},
        },
        "required": ["error", "message"],
    }
    table: ClassVar[Mapping[type[Exception], tuple[int, str]]] = {
        errors.NotYourSession: (404, "session_not_found"),
        errors.ItemNotFound: (400, "invalid_request"),
    }

    def domain_problem(self, error: errors.SessionError) -> Problem:
        problem = super().domain_problem(error)
        if isinstance(error, errors.SessionFinished):
            problem.details = {
                "session_id": encode(error.session_id),
                "status": error.status,
                "completion_time": instant(error.ended_at),
            }
        return problem

    def body(self, problem: Problem) -> dict[str, Any]:
        body: dict[str, Any] = {"error": problem.code, "message": problem.message}
        details = problem.by_field if problem.fields else problem.details
        if details:
            body["details"] = dict(details)
        if problem.code == "rate_limit_exceeded":
            body["retry_after"] = max(1, problem.retry_after or 1)
        return body


PORTAL = PortalDialect()
