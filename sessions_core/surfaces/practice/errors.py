"""Guided practice's errors: ``{"detail": text}``, and FastAPI's list for what is not valid."""

from collections.abc import Mapping
from typing import ClassVar

from ... import errors
from ...rest.dialect import FastAPIErrors
from ...rest.problems import Problem


class NoActiveSession(errors.SessionError):
    code = "no_active_session"
    message = "No active session"


class ShareLinkNotFound(errors.SessionError):
    code = "share_link_not_found"
    message = "This link does not exist, was revoked or has expired"


class PracticeDialect(FastAPIErrors):
    name = "practice"
    table: ClassVar[Mapping[type[Exception], tuple[int, str]]] = {
        errors.NotYourSession: (403, "not_your_session"),
        errors.ActivityNotFound: (404, "sequence_not_found"),
        errors.ItemNotFound: (404, "pose_not_found"),
        errors.ItemNotInSession: (404, "pose_not_in_session"),
        NoActiveSession: (404, "no_active_session"),
        ShareLinkNotFound: (404, "share_link_not_found"),
    }
    texts: ClassVar[Mapping[str, str]] = {
        "not_your_session": "Not authorized to access this session",
        "session_not_found": "Session not found",
        "sequence_not_found": "Sequence not found",
        "pose_not_found": "Pose not found",
        "pose_not_in_session": "This pose is not part of the session",
    }

    def domain_problem(self, error: errors.SessionError) -> Problem:
        problem = super().domain_problem(error)
        problem.message = self.texts.get(problem.code, problem.message)
        return problem


PRACTICE = PracticeDialect()
