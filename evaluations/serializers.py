"""Serializers of the requests."""

from typing import Any

from rest_framework import serializers

from analytics.crypto.index import words
from analytics.serializers.fields import Count, Id, Text
from analytics.serializers.requests import MAX_TEXT

from .models import MAX_RATING, MIN_RATING

MAX_PAGE = 200


def _rating(**kwargs: Any) -> Count:
    return Count(min_value=MIN_RATING, max_value=MAX_RATING, **kwargs)


class EvaluationSerializer(serializers.Serializer):
    sessionId = Id()
    feedback = Text(max_length=MAX_TEXT)
    evaluatorId = Id(required=False)
    rating = _rating()
    comments = Text(max_length=MAX_TEXT, allow_blank=True, default="")


class EvaluationChangeSerializer(serializers.Serializer):
    feedback = Text(max_length=MAX_TEXT, required=False)
    rating = _rating(required=False)
    comments = Text(max_length=MAX_TEXT, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"feedback": "Give something to change."})
        return attrs


class EvaluationQuery(serializers.Serializer):
    """``sessionId`` is required unless ``search`` is given, which then covers all sessions."""

    sessionId = Id(required=False)
    search = Text(max_length=200, required=False)
    limit = serializers.IntegerField(default=MAX_PAGE, min_value=1, max_value=MAX_PAGE)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=1_000_000_000)

    def validate_search(self, value: str) -> str:
        if not words(value):
            raise serializers.ValidationError("No word to look for.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not ("sessionId" in attrs or "search" in attrs):
            raise serializers.ValidationError({"sessionId": "This field is required."})
        return attrs
