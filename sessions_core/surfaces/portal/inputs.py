"""What the portal accepts. Bounds stand here and in the columns, so both databases answer alike."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ...models.activity import Difficulty
from ...public_id import MAX_ID
from ...queries.history import Wanted
from ..fields import AnswerTextField, Input, ItemIdField, SecondsField
from .cursor import read_cursor

MAX_WORDS = 200
LEAST_SECONDS, MOST_SECONDS = 10, 14400
MAX_BATCH = 100
MAX_HISTORY = 50
MAX_OFFSET = 10**9


class SettingsInput(Input):
    difficulty = serializers.ChoiceField(choices=Difficulty.choices, required=False)
    word_count = serializers.IntegerField(min_value=1, max_value=MAX_WORDS, required=False)
    time_limit = serializers.IntegerField(
        min_value=LEAST_SECONDS,
        max_value=MOST_SECONDS,
        required=False,
        allow_null=True,
        help_text="Seconds of active time.",
    )


class StartInput(Input):
    activity_id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    settings = SettingsInput(required=False)


class AnswerInput(Input):
    item_id = ItemIdField()
    answer = AnswerTextField()
    time_taken = SecondsField(default=0.0, help_text="Seconds the learner took.")


class BatchAnswerInput(AnswerInput):
    idempotency_key = serializers.CharField(
        max_length=255,
        required=False,
        help_text="Counts this answer once, however often it is sent, in a batch or alone.",
    )


class BatchInput(Input):
    answers = serializers.ListField(
        child=BatchAnswerInput(), allow_empty=False, max_length=MAX_BATCH
    )


@extend_schema_field(OpenApiTypes.STR)
class DateOrDatetimeField(serializers.Field):
    """An ISO date or datetime. ``end`` makes a date mean its end. Without a zone it is UTC."""

    default_error_messages = {"invalid": "Must be a date or datetime in ISO format."}

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.end = end

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = self._moment(str(data))
        except (ValueError, OverflowError):  # The latter for what is in no year of ours in UTC.
            moment = None
        if moment is None:
            self.fail("invalid")
        return moment

    def _moment(self, text: str) -> datetime | None:
        """In UTC; exclusive, where it is an end."""
        day = parse_date(text)
        if day is not None:
            return datetime.combine(day, time(), UTC) + timedelta(days=self.end)
        moment = parse_datetime(text.replace(" ", "+"))
        if moment is None:
            return None
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment + timedelta(microseconds=self.end)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


@extend_schema_field(OpenApiTypes.STR)
class CursorField(serializers.Field):
    default_error_messages = {"cursor": "Not a cursor of this history."}

    def to_internal_value(self, data: Any) -> tuple[datetime, int]:
        try:
            return read_cursor(str(data))
        except ValueError:
            self.fail("cursor")

    def to_representation(self, value: Any) -> Any:
        return value


class HistoryInput(Input):
    limit = serializers.IntegerField(
        min_value=1, default=10, help_text=f"Above {MAX_HISTORY} counts as {MAX_HISTORY}."
    )
    offset = serializers.IntegerField(min_value=0, max_value=MAX_OFFSET, default=0)
    activity_id = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False)
    from_date = DateOrDatetimeField(required=False)
    to_date = DateOrDatetimeField(end=True, required=False)
    cursor = CursorField(required=False, help_text="The next_cursor of the page before.")

    def wanted(self) -> Wanted:
        data = self.validated_data
        return Wanted(
            limit=min(data["limit"], MAX_HISTORY),
            offset=data["offset"],
            activity_id=data.get("activity_id"),
            since=data.get("from_date"),
            until=data.get("to_date"),
            after=data.get("cursor"),
        )
