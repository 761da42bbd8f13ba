"""What the reading operations take in the address."""

from typing import Any

from rest_framework import serializers

from ..models import Status
from ..time_ranges import RANGES
from .fields import Text

MAX_PAGE = 200


def _session(**kwargs: Any) -> Text:
    return Text(max_length=100, **kwargs)


class SessionQuery(serializers.Serializer):
    sessionId = _session()


class ProgressQuery(SessionQuery):
    includeFeedback = serializers.BooleanField(default=False)


class TimeRanged(serializers.Serializer):
    timeRange = serializers.ChoiceField(choices=list(RANGES), required=False)


class AnalyticsQuery(SessionQuery, TimeRanged):
    pass


class SkillsQuery(serializers.Serializer):
    sessionId = _session(required=False)
    therapistId = _session(required=False)

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
    therapistId = _session(required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class AuditQuery(Page):
    sessionId = _session(required=False)
    therapistId = _session(required=False)
