"""The exercises' errors: ``{"detail": text}``, three texts word for word the document's."""

from collections.abc import Mapping
from typing import ClassVar

from ... import errors
from ...rest.dialect import FastAPIErrors
from ...rest.problems import Problem

SESSION_NOT_FOUND = "Session not found or does not belong to user"
SESSION_COMPLETED = "Session is already completed"
INVALID_TYPE = "Invalid session_type. Must be one of: practice, review, test"


class InvalidSessionType(errors.SessionError):
    code = "invalid_session_type"
    message = INVALID_TYPE


class ExercisesDialect(FastAPIErrors):
    name = "exercises"
    table: ClassVar[Mapping[type[Exception], tuple[int, str]]] = {
        errors.ItemNotFound: (404, "exercise_not_found"),
        errors.SessionFinished: (400, "session_completed"),
    }
    texts: ClassVar[Mapping[str, str]] = {
        "session_not_found": SESSION_NOT_FOUND,
        "session_completed": SESSION_COMPLETED,
        "exercise_not_found": "Exercise not found",
    }

    def domain_problem(self, error: errors.SessionError) -> Problem:
        problem = super().domain_problem(error)
        problem.message = self.texts.get(problem.code, problem.message)
        return problem


EXERCISES = ExercisesDialect()
