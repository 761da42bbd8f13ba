"""Fields as strict as JSON: a number is a number, not the text of one."""

from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers

from ..models.bounds import MAX_COUNT, MAX_SECONDS, NAME_LENGTH


class Number(serializers.FloatField):
    """A JSON number. A whole one comes back as it went in, without a point."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)

    def to_representation(self, value: float) -> Any:
        return int(value) if float(value).is_integer() else float(value)


class Count(serializers.IntegerField):
    """A whole JSON number from 0 to a million."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_COUNT, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Score(Number):
    """0 to 100."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, **kwargs)


class Seconds(Number):
    """A duration of at most 31 days."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_SECONDS, **kwargs)


class Text(serializers.CharField):
    """A JSON string, kept as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Name(Text):
    """A skill's or a milestone's name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NAME_LENGTH, **kwargs)


class SkillScores(serializers.DictField):
    """{skill name: 0 to 100}, at most 200 skills."""

    child = Score()

    def to_internal_value(self, data: Any) -> dict[str, float]:
        scores = super().to_internal_value(data)
        if len(scores) > 200:
            raise serializers.ValidationError("At most 200 skills.")
        for name in scores:
            if not 0 < len(name) <= NAME_LENGTH or not name.strip():
                raise serializers.ValidationError(
                    f"A skill's name has 1 to {NAME_LENGTH} characters."
                )
        return scores


class ISODate(Text):
    """An ISO date or date and time, kept as it was written."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            valid = parse_date(text) or parse_datetime(text)
            usable = valid is not None and 1900 <= valid.year <= 9000
        except ValueError:
            usable = False
        if not usable:
            raise serializers.ValidationError("Not an ISO date.")
        return text


def many(serializer: Any, **limits: Any) -> Any:
    """A list of ``serializer``; DRF's types do not know the limits of one."""
    return serializer(many=True, **limits)
