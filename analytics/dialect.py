"""The error format of therapist training: ``{"error": text, "code": CODE, "details": {…}}``."""

from typing import Any

from sessions_core.rest.dialect import ErrorDialect
from sessions_core.rest.problems import Problem

from . import errors


class TrainingDialect(ErrorDialect):
    """``details`` is always there: one text for each field at fault, or empty."""

    name = "training"
    table = {
        errors.Invalid: (400, "validation_error"),
        errors.NotAllowed: (403, "forbidden"),
        errors.ReasonRequired: (403, "reason_required"),
        errors.NotTheCaller: (403, "not_the_caller"),
        errors.TherapistSessionUnknown: (404, "session_not_found"),
        errors.TherapistUnknown: (404, "therapist_not_found"),
    }
    codes = {**ErrorDialect.codes, 400: "validation_error", 401: "unauthorized", 403: "forbidden"}

    def body(self, problem: Problem) -> dict[str, Any]:
        fields = {name: " ".join(messages) for name, messages in problem.by_field.items()}
        details = fields or {name: str(text) for name, text in (problem.details or {}).items()}
        return {"error": problem.message, "code": problem.code.upper(), "details": details}


TRAINING = TrainingDialect()
INTERNAL_ERROR = Problem(500, "internal_error", "Something went wrong on our side")
