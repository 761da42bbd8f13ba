"""What guided practice accepts. Durations are whole seconds, four hours at the most."""

from datetime import date, timedelta
from typing import Any

from rest_framework import serializers

from ...models import Completion
from ...public_id import MAX_ID
from ..fields import Input, ItemIdField, SecondsField, SessionIdField

MAX_SECONDS = 14400
MAX_DAYS = 366


class WholeSecondsField(serializers.IntegerField):
    """DRF reads "900" and 900.0 as 900, which FastAPI does too; true is no number for either."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_SECONDS, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class PracticeStartInput(Input):
    sequence_id = serializers.IntegerField(
        min_value=1,
        max_value=MAX_ID,
        required=False,
        allow_null=True,
        help_text="Without it, a free practice.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Another key means another document's start, mistyped: it must not become a session."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            message = "Extra inputs are not permitted"
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(message, "unknown")] for name in unknown}
            )
        return super().to_internal_value(data)


class CompleteInput(Input):
    session_id = SessionIdField()
    duration_seconds = WholeSecondsField()
    poses_completed = serializers.IntegerField(
        min_value=0, max_value=10_000, required=False, allow_null=True
    )
    completion_status = serializers.ChoiceField(
        choices=Completion.choices, default=Completion.COMPLETED
    )


class PauseInput(Input):
    duration_so_far = WholeSecondsField()


class PoseInput(Input):
    pose_id = ItemIdField()
    duration_seconds = SecondsField(default=0, help_text="How long it was held.")


class NotesInput(Input):
    notes = serializers.CharField(
        max_length=5000, allow_blank=True, trim_whitespace=False, help_text="Empty removes them."
    )


class ShareInput(Input):
    expires_in = serializers.IntegerField(
        min_value=60,
        max_value=366 * 86400,
        required=False,
        allow_null=True,
        help_text="Seconds; without it the link lasts until it is revoked.",
    )


class DaysInput(Input):
    """A range of local days, both included; a year's at the most."""

    def __init__(self, *, today: date | None = None, days: int = MAX_DAYS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._today = today or date.min
        self._days = days

    def get_fields(self) -> dict[str, serializers.Field]:
        """``from`` is a word of Python, so the fields are named here."""
        return {
            "from": serializers.DateField(required=False),
            "to": serializers.DateField(required=False),
        }

    def validate(self, data: dict[str, date]) -> dict[str, date]:
        last = data.get("to", self._today)
        if last.toordinal() <= MAX_DAYS:
            raise serializers.ValidationError({"to": "This date is too early."})
        first = data.get("from", last - timedelta(days=self._days - 1))
        if first > last:
            raise serializers.ValidationError({"from": "Must not be after to."})
        if (last - first).days >= MAX_DAYS:
            raise serializers.ValidationError({"from": f"At most {MAX_DAYS} days."})
        return {"first": first, "last": last}
