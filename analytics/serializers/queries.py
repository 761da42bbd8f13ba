"""Serializers of the query parameters."""

from typing import Any

from rest_framework import serializers

from ..models import Status
from ..time_ranges import RANGES
from .fields import Id

MAX_PAGE = 200


class SessionQuery(serializers.Serializer):
    sessionId = Id()


class ProgressQuery(SessionQuery):
    includeFeedback = serializers.BooleanField(default=False)


class TimeRanged(serializers.Serializer):
    timeRange = serializers.ChoiceField(choices=list(RANGES), required=False)


class AnalyticsQuery(SessionQuery, TimeRanged):
    pass


class SkillsQuery(serializers.Serializer):
    sessionId = Id(required=False)
    therapistId = Id(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("sessionId") or attrs.get("therapistId")):
            raise serializers.ValidationError({"sessionId": "Give sessionId or therapistId."})
        return attrs


class ComparisonQuery(SkillsQuery, TimeRanged):
    pass


class Page(serializers.Serializer):
    limit = serializers.IntegerField(default=50, min_value=1, max_value=MAX_PAGE)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=1_000_000_000)


class SessionsQuery(Page):
    therapistId = Id(required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class AuditQuery(Page):
    sessionId = Id(required=False)
    therapistId = Id(required=False)
