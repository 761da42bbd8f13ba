"""How sign-in and registration speak of errors: as the portal does."""

from typing import Any

from sessions_core.errors import SessionError
from sessions_core.rest.dialect import Dialect
from sessions_core.rest.problems import Problem


class UsernameTaken(SessionError):
    code = "username_taken"
    message = "This username is taken"


class AccountsDialect(Dialect):
    name = "accounts"
    schema = {
        "type": "object",
        "required": ["error", "message"],
        "properties": {
            "error": {"type": "string"},
            "message": {"type": "string"},
            "details": {"type": "object", "additionalProperties": True},
            "retry_after": {"type": "integer", "minimum": 1},
        },
    }
    table = {UsernameTaken: (409, "username_taken")}

    def body(self, problem: Problem) -> dict[str, Any]:
        body: dict[str, Any] = {"error": problem.code, "message": problem.message}
        details = problem.by_field or problem.details
        if details:
            body["details"] = details
        if problem.retry_after is not None:
            body["retry_after"] = problem.retry_after
        return body
