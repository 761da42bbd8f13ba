"""Serializers of ``analyticsData``. They validate the parts, which are stored as sent."""

from typing import Any

from rest_framework import serializers

from ..models import AnalyticsList, Trend
from .fields import Count, Id, ISODate, Number, Score, Seconds, Text, many
from .requests import MAX_POINTS

MAX_ENTRIES = 1000


class SessionDataSerializer(serializers.Serializer):
    date = ISODate()
    sessions = Count()
    therapistSessions = Count(required=False)
    averageSessionProgress = Score(required=False)
    sessionId = Id(required=False)
    therapistId = Id(required=False)
    milestonesAchieved = Count(required=False)
    averageResponseTime = Seconds(required=False)


class SkillProgressSerializer(serializers.Serializer):
    skill = Text(max_length=100)
    skillId = Text(max_length=100, required=False)
    score = Score()
    trend = Text(max_length=20, required=False)
    category = Text(max_length=100, required=False)
    sessionsPracticed = Count(required=False)
    averageImprovement = Number(required=False)


class SummaryTrendSerializer(serializers.Serializer):
    value = Number()
    direction = Text(max_length=20)
    period = Text(max_length=50, required=False)


class SummaryStatSerializer(serializers.Serializer):
    value = Number()
    label: Any = Text(max_length=200)
    therapistId = Id(required=False)
    trend = SummaryTrendSerializer(required=False)
    color = Text(max_length=50, required=False)


class AnalyticsPointSerializer(serializers.Serializer):
    timestamp = ISODate()
    value = Score()


class ComparativeSerializer(serializers.Serializer):
    currentSession = SessionDataSerializer()
    previousSession = SessionDataSerializer(required=False)
    trend = serializers.ChoiceField(choices=Trend.choices)


class AnalyticsDataSerializer(serializers.Serializer):
    """A part that is left out is computed on reading; a posted part is returned as sent."""

    sessionMetrics = many(SessionDataSerializer, required=False, max_length=MAX_ENTRIES)
    skillProgress = many(SkillProgressSerializer, required=False, max_length=MAX_ENTRIES)
    summaryStats = many(SummaryStatSerializer, required=False, max_length=MAX_ENTRIES)
    progressSnapshots = many(AnalyticsPointSerializer, required=False, max_length=MAX_POINTS)
    comparativeData = ComparativeSerializer(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validates the parts and returns them as sent, with the client's additional fields."""
        super().to_internal_value(data)
        parts = {name: data[name] for name in AnalyticsList.values if name in data}
        if not parts:
            raise serializers.ValidationError("Give at least one list.")
        return parts


class AnalyticsSerializer(serializers.Serializer):
    sessionId = Id()
    analyticsData = AnalyticsDataSerializer()
