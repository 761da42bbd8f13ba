"""What the API documents say of the exercises' operations."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers

from . import errors, inputs

T = TypeVar("T", bound=Callable[..., Any])


class StartedOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    started_at = serializers.DateTimeField()


class AnswerValidation(serializers.Serializer):
    is_correct = serializers.BooleanField()
    correct_answer = serializers.CharField()
    user_answer = serializers.CharField()
    feedback = serializers.CharField()
    exercise_id = serializers.IntegerField()
    session_id = serializers.IntegerField()
    time_taken = serializers.FloatField(help_text="Seconds.")


class EndedOutput(serializers.Serializer):
    session_id = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    duration_seconds = serializers.IntegerField(help_text="From the start to the end.")
    total_exercises = serializers.IntegerField()
    correct_answers = serializers.IntegerField()
    score_percentage = serializers.FloatField()
    session_type = serializers.CharField()


class ErrorOutput(serializers.Serializer):
    detail = serializers.CharField()


class FieldErrorOutput(serializers.Serializer):
    loc = serializers.ListField(child=serializers.CharField())
    msg = serializers.CharField()
    type = serializers.CharField()


class ValidationErrorOutput(serializers.Serializer):
    detail = FieldErrorOutput(many=True)


_STARTED = {"session_id": 42, "started_at": "2025-11-28T10:30:00.000Z"}
_TEXTS = {
    400: errors.SESSION_COMPLETED,
    401: "Authentication credentials were not provided.",
    404: errors.SESSION_NOT_FOUND,
    409: "The first request with this Idempotency-Key is still running",
    429: "Too many session starts",
    503: "The service is temporarily unavailable",
}

# name: (summary, request, request example, status, response, response example, errors)
_OPERATIONS: dict[str, tuple[str, Any, Any, int, Any, Any, dict[int, str]]] = {
    "start": (
        "Start a practice session",
        inputs.StartInput,
        {"session_type": "practice"},
        201,
        StartedOutput,
        _STARTED,
        {400: errors.INVALID_TYPE},
    ),
    "submit": (
        "Submit an answer, in a session or by itself",
        inputs.SubmitInput,
        {"exercise_id": "123", "user_answer": "hable", "time_taken": 8, "session_id": 42},
        200,
        AnswerValidation,
        {
            "is_correct": True,
            "correct_answer": "hable",
            "user_answer": "hable",
            "feedback": "Correct!",
            "exercise_id": 123,
            "session_id": 42,
            "time_taken": 8,
        },
        {429: "Too many progress updates"},
    ),
    "end": (
        "End a practice session",
        inputs.EndInput,
        {"session_id": 42},
        200,
        EndedOutput,
        {
            **_STARTED,
            "ended_at": "2025-11-28T10:45:30.000Z",
            "duration_seconds": 930,
            "total_exercises": 15,
            "correct_answers": 12,
            "score_percentage": 80.0,
            "session_type": "practice",
        },
        {429: "Too many session completions"},
    ),
}


def documented(name: str) -> Callable[[T], T]:
    """Attach the documentation of the operation ``name``."""
    summary, request, sent, status, response, received, own_texts = _OPERATIONS[name]
    texts = {**_TEXTS, **own_texts}
    return extend_schema(
        operation_id=f"exercises_{name}",
        tags=["Exercises"],
        summary=summary,
        request=request,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={status: response, 422: ValidationErrorOutput}
        | dict.fromkeys(texts, ErrorOutput),
        examples=[
            OpenApiExample("Request", sent, request_only=True),
            OpenApiExample("Response", received, response_only=True, status_codes=[str(status)]),
            *(
                OpenApiExample(text, {"detail": text}, response_only=True, status_codes=[str(code)])
                for code, text in texts.items()
            ),
        ],
    )
