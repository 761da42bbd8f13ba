"""The error format of anonymous sessions: one of four codes, and a message.

The code says less than the status: every invalid request that neither misses a resource nor
exceeds a limit has the code ``validation_error``.
"""

from typing import Any

from sessions_core.errors import KeyReused, RateLimited, SessionError, Unavailable
from sessions_core.rest.dialect import ErrorDialect
from sessions_core.rest.problems import Problem

from . import errors

NOT_FOUND = (404, "resource_not_found")
INVALID = "validation_error"


class AnonymousDialect(ErrorDialect):
    name = "anonymous"
    table = {
        SessionError: (400, INVALID),
        KeyReused: (400, INVALID),
        errors.UnknownSession: NOT_FOUND,
        errors.UnknownConcept: NOT_FOUND,
        errors.UnknownTransferCode: NOT_FOUND,
        errors.NothingToUndo: NOT_FOUND,
        errors.NotSignedIn: (401, INVALID),
        errors.CrossSiteRequest: (403, INVALID),
        errors.TooLarge: (413, INVALID),
        RateLimited: (429, "rate_limit_exceeded"),
        Unavailable: (503, "service_unavailable"),
    }
    codes = {
        404: "resource_not_found",
        429: "rate_limit_exceeded",
        503: "service_unavailable",
    }

    def code(self, status: int) -> str:
        return self.codes.get(status, INVALID)

    def body(self, problem: Problem) -> dict[str, Any]:
        return {"error": problem.code, "message": problem.message}
