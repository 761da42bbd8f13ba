"""OpenAPI descriptions of the evaluation operations."""

from collections.abc import Callable
from typing import Any, TypeVar

from analytics.errors import NotAllowed, NotTheCaller, ReasonRequired
from analytics.examples import MOMENT, SESSION_ID
from analytics.schema import READ, Operation, describe

from . import responses, serializers
from .errors import EvaluationUnknown, SelfEvaluation

F = TypeVar("F", bound=Callable[..., Any])

EVALUATION_ID = "f1b1f9d4-9a3b-4c63-8c3f-6f4f0d5a2b33"
_WRITTEN = {
    "feedback": "Warm and clear; the summaries came a little late.",
    "rating": 5,
    "comments": "Ready for longer sessions.",
}
_EVALUATION = {
    "id": EVALUATION_ID,
    "sessionId": SESSION_ID,
    **_WRITTEN,
    "evaluatorId": "30",
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
    "version": 1,
}
_AGREEMENT = {
    "evaluators": 2,
    "meanRating": 4.5,
    "ratingRange": 1,
    "model": "ICC(2,1)",
    "sessions": 6,
    "insufficientData": False,
    "icc": 0.71,
    "iccAverage": 0.83,
}
_NOT_YOU = NotTheCaller("evaluatorId must be you", evaluatorId="Not the signed-in user")

_OPERATIONS = {
    "create": Operation(
        "Store evaluation feedback data",
        responses.EvaluatedOutput,
        {"success": True, "evaluationId": EVALUATION_ID},
        {"sessionId": SESSION_ID, "evaluatorId": "30", **_WRITTEN},
        201,
        serializers.EvaluationSerializer,
        errors=(*READ, _NOT_YOU, SelfEvaluation()),
    ),
    "list": Operation(
        "Retrieve evaluation feedback data",
        responses.EvaluationsOutput,
        {"sessionId": SESSION_ID, "evaluations": [_EVALUATION], "agreement": _AGREEMENT},
        query=serializers.EvaluationQuery,
        errors=(*READ, ReasonRequired()),
        description=(
            "`search` finds the words in any English inflection, accents aside. `agreement` is "
            "there where two or more evaluated the session. Staff add `reason`."
        ),
    ),
    "retrieve": Operation(
        "An evaluation with its earlier versions",
        responses.WholeEvaluationOutput,
        {
            **_EVALUATION,
            "version": 2,
            "versions": [
                {
                    "version": 1,
                    "feedback": "Warm and clear.",
                    "rating": 4,
                    "comments": "",
                    "replacedAt": MOMENT,
                }
            ],
        },
        errors=(NotAllowed(), EvaluationUnknown(), ReasonRequired()),
    ),
    "partial_update": Operation(
        "Edit your evaluation; the earlier version is kept",
        responses.EvaluationOutput,
        {**_EVALUATION, "rating": 4, "version": 2},
        {"rating": 4},
        request=serializers.EvaluationChangeSerializer,
        errors=(NotAllowed(), EvaluationUnknown()),
    ),
}


def documented(name: str) -> Callable[[F], F]:
    return describe(f"evaluation_{name}", _OPERATIONS[name])
