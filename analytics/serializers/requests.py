"""Serializers of the request bodies. Field names are those of the API."""

from typing import Any

from rest_framework import serializers

from ..models import Status
from ..models.bounds import MAX_SECONDS
from .fields import Count, Id, Name, Number, Score, Seconds, SkillScores, Text, many

MAX_POINTS = 1000
MAX_TEXT = 20_000


class ProgressMetricsSerializer(serializers.Serializer):
    """``SessionProgressMetrics``. Durations and ``responseTime`` are in seconds."""

    totalMessages = Count(source="total_messages")
    therapistMessages = Count(source="therapist_messages")
    clientMessages = Count(source="client_messages")
    sessionDuration = Seconds(source="session_duration")
    activeTime = Seconds(source="active_time")
    skillScores = SkillScores(source="skill_scores")
    responseTime = Seconds(source="response_time", help_text="Average, in seconds.")
    conversationFlow = Score(source="conversation_flow")
    milestonesReached = serializers.ListField(
        source="milestones_reached", child=Name(), max_length=200
    )
    lastMilestoneTime = serializers.DateTimeField(
        source="last_milestone_at", required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["active_time"] > attrs["session_duration"]:
            raise serializers.ValidationError({"activeTime": "Longer than the session."})
        if attrs["therapist_messages"] + attrs["client_messages"] > attrs["total_messages"]:
            raise serializers.ValidationError({"totalMessages": "Fewer than its parts."})
        return attrs

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if shown["lastMilestoneTime"] is None:
            del shown["lastMilestoneTime"]
        return shown


class ProgressReportSerializer(serializers.Serializer):
    sessionId = Id()
    progressMetrics = ProgressMetricsSerializer()
    therapistId = Id(required=False)
    evaluationFeedback = Text(max_length=MAX_TEXT, required=False, allow_blank=True)


class PointSerializer(serializers.Serializer):
    timestamp = serializers.DateTimeField()
    value = Score()


class MilestoneSerializer(serializers.Serializer):
    """A milestone reported with snapshots; only its name is required."""

    milestoneName = Name()
    milestoneValue = Score(required=False)
    achievedAt = serializers.DateTimeField(required=False)
    metadata = serializers.DictField(required=False)


class SnapshotsSerializer(serializers.Serializer):
    sessionId = Id()
    snapshots = many(PointSerializer, allow_empty=False, max_length=MAX_POINTS)
    milestones = many(MilestoneSerializer, required=False, max_length=200)


class SkillScoresSerializer(serializers.Serializer):
    sessionId = Id()
    therapistId = Id(required=False)
    skillScores = SkillScores(allow_empty=False)


class MetricsOfChangeSerializer(serializers.Serializer):
    """Later session minus earlier. What is null or missing is computed from the sessions."""

    progressImprovement = Number(
        source="progress", required=False, allow_null=True, min_value=-100, max_value=100
    )
    skillScoreImprovement = Number(
        source="skill_score", required=False, allow_null=True, min_value=-100, max_value=100
    )
    responseTimeImprovement = Number(
        source="response_time",
        min_value=-MAX_SECONDS,
        max_value=MAX_SECONDS,
        required=False,
        allow_null=True,
        help_text="Seconds, positive when the response became faster.",
    )


class ComparisonSerializer(serializers.Serializer):
    therapistId = Id(required=False)
    currentSessionId = Id()
    previousSessionId = Id()
    improvementScore = Score(required=False, allow_null=True)
    metrics = MetricsOfChangeSerializer(required=False)


class NewSessionSerializer(serializers.Serializer):
    clientId = Text(max_length=200, source="client_id")
    therapistId = Id(required=False)
    startTime = serializers.DateTimeField(required=False, source="started_at")
    progress = Score(required=False)


class SessionChangeSerializer(serializers.Serializer):
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    progress = Score(required=False)
    endTime = serializers.DateTimeField(required=False, source="ended_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"status": "Give a status, progress or an end."})
        return attrs
