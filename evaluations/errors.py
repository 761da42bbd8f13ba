"""The errors of evaluations. ``dialect`` maps them to HTTP statuses and codes."""

from analytics.errors import NotAllowed
from sessions_core.errors import SessionError


class EvaluationUnknown(SessionError):
    code = "evaluation_not_found"
    message = "Evaluation not found"


class SelfEvaluation(NotAllowed):
    code = "self_evaluation"
    message = "Nobody evaluates a session of their own"
