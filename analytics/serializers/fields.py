"""Fields that accept only the matching JSON type: a number must not be sent as a text."""

from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers

from ..models.bounds import MAX_COUNT, MAX_SECONDS, NAME_LENGTH


class Number(serializers.FloatField):
    """A JSON number. A whole one is rendered without a decimal point, as clients send it."""

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
    """A number from 0 to 100."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, **kwargs)


class Seconds(Number):
    """A duration of at most 31 days."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_SECONDS, **kwargs)


class Text(serializers.CharField):
    """A JSON string, stored unchanged."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(Text):
    """The id of a session or a user. Views parse it, and respond to an invalid one with a 404."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)


class Name(Text):
    """A skill's or a milestone's name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NAME_LENGTH, **kwargs)


class SkillScores(serializers.DictField):
    """An object {skill name: 0 to 100} of at most 200 skills."""

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
    """An ISO date, with or without a time, stored as written."""

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
    """Returns a list of ``serializer``; DRF's types lack the arguments of a list."""
    return serializer(many=True, **limits)
