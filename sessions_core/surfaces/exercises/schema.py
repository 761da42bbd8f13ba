"""What the API documents say of the exercises' operations."""

from datetime import UTC, datetime

from rest_framework import serializers

from ... import errors
from ..describe import ZONE, Operation, describer
from . import inputs
from .errors import InvalidSessionType


class ExerciseStartedOutput(serializers.Serializer):
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


class ExerciseEndedOutput(ExerciseStartedOutput):
    ended_at = serializers.DateTimeField()
    duration_seconds = serializers.IntegerField(help_text="From the start to the end.")
    total_exercises = serializers.IntegerField()
    correct_answers = serializers.IntegerField()
    score_percentage = serializers.FloatField()
    session_type = serializers.CharField()


_STARTED = {"session_id": 42, "started_at": "2025-11-28T10:30:00.000Z"}
_UNKNOWN = errors.SessionNotFound(42)
_FINISHED = errors.SessionFinished(42, "completed", datetime(2025, 11, 28, 10, 45, tzinfo=UTC))

documented = describer(
    "exercises",
    "Exercises",
    {
        "start": Operation(
            "Start a practice session",
            ExerciseStartedOutput,
            _STARTED,
            request=inputs.ExerciseStartInput,
            sent={"session_type": "practice"},
            status=201,
            parameters=[ZONE],
            errors=[InvalidSessionType()],
        ),
        "submit": Operation(
            "Submit an answer, in a session or by itself",
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
            request=inputs.SubmitInput,
            sent={"exercise_id": "123", "user_answer": "hable", "time_taken": 8, "session_id": 42},
            parameters=[ZONE],
            errors=[_UNKNOWN, _FINISHED, errors.ItemNotFound(), errors.SessionPaused()],
        ),
        "end": Operation(
            "End a practice session",
            ExerciseEndedOutput,
            {
                **_STARTED,
                "ended_at": "2025-11-28T10:45:30.000Z",
                "duration_seconds": 930,
                "total_exercises": 15,
                "correct_answers": 12,
                "score_percentage": 80.0,
                "session_type": "practice",
            },
            request=inputs.ExerciseEndInput,
            sent={"session_id": 42},
            errors=[_UNKNOWN, _FINISHED],
        ),
    },
)
