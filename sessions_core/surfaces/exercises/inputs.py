"""What the exercises surface accepts."""

from typing import Any

from rest_framework import serializers

from ...models import SessionType
from ..fields import AnswerTextField, Input, ItemIdField, SecondsField, SessionIdField
from .errors import InvalidSessionType


class ExerciseStartInput(Input):
    session_type = serializers.ChoiceField(
        choices=SessionType.choices, default=SessionType.PRACTICE
    )

    def to_internal_value(self, data: Any) -> Any:
        """The document has one text for every wrong type, in a body of its own."""
        if isinstance(data, dict):
            given = data.get("session_type", SessionType.PRACTICE)
            if not isinstance(given, str) or given not in SessionType.values:
                raise InvalidSessionType
        return super().to_internal_value(data)


class SubmitInput(Input):
    exercise_id = ItemIdField()
    user_answer = AnswerTextField()
    time_taken = SecondsField(default=0, help_text="Seconds.")
    session_id = SessionIdField(
        required=False,
        allow_null=True,
        help_text="Without it, the answer makes a standalone session of its own.",
    )


class ExerciseEndInput(Input):
    session_id = SessionIdField()
