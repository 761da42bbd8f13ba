"""Fields that more than one surface accepts. Their bounds are those of the columns."""

from functools import cache
from math import isfinite
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ..public_id import MAX_ID

MAX_ANSWER = 500
MAX_SECONDS = 86400


class Input(serializers.Serializer):
    """Input whose fields are made once: DRF copies them for every request, which costs more than
    to look at what was sent. They may keep nothing of a request.
    """

    @property
    def fields(self) -> Any:
        return _fields_of(type(self))


@cache
def _fields_of(form: type[Input]) -> Any:
    return super(Input, form()).fields


def item_number(given: int | str) -> int:
    """The id that ``given`` spells; 0, which no item has, for any other text."""
    text = str(given).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return 0
    return min(int(text), MAX_ID)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class ItemIdField(serializers.Field):
    """An item's id, as a string of digits or a number. Any other text names no item at all: 0."""

    default_error_messages = {"invalid": "Must be a string or a whole number."}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        return item_number(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class SessionIdField(serializers.Field):
    """A session's id: the integer, its digits, or its public id. Kept as it was written."""

    default_error_messages = {"invalid": "Must be a whole number or a string."}

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        return str(data)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OpenApiTypes.NUMBER)
class SecondsField(serializers.FloatField):
    """A duration up to a day. ``float`` takes "nan" and "inf" as well; no column does."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_SECONDS, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if isinstance(data, bool) or not isfinite(value):
            self.fail("invalid")
        return value


class AnswerTextField(serializers.CharField):
    """What the learner wrote, as it was written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_ANSWER, allow_blank=True, trim_whitespace=False, **kwargs)
