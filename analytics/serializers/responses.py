"""Serializers of the responses, for the API documents; ``render`` builds the data."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from ..models import Status, Trend
from .analytics import (
    AnalyticsDataSerializer,
    AnalyticsPointSerializer,
    ComparativeSerializer,
    SessionDataSerializer,
    SkillProgressSerializer,
    SummaryStatSerializer,
)
from .fields import Count, Number, Score
from .requests import MetricsOfChangeSerializer, PointSerializer, ProgressMetricsSerializer

#: Marks the response of a list operation as one object instead of an array.
ONE = extend_schema_serializer(many=False)


class StoredOutput(serializers.Serializer):
    success = serializers.BooleanField()
    sessionId = serializers.CharField()


class SkillsStoredOutput(StoredOutput):
    therapistId = serializers.CharField()


class ComparedOutput(serializers.Serializer):
    success = serializers.BooleanField()
    comparisonId = serializers.CharField()
    therapistId = serializers.CharField()
    currentSessionId = serializers.CharField()


class FeedbackOutput(serializers.Serializer):
    therapistId = serializers.CharField(help_text="Who wrote it; `erased` once erased.")
    feedback = serializers.CharField()
    createdAt = serializers.DateTimeField()


@ONE
class TherapistProgressOutput(serializers.Serializer):
    sessionId = serializers.CharField()
    progressMetrics = ProgressMetricsSerializer()
    feedback = FeedbackOutput(many=True, required=False, help_text="With `includeFeedback=true`.")


class MilestoneOutput(serializers.Serializer):
    milestoneName = serializers.CharField()
    milestoneValue = Score(help_text="The progress at the time.")
    achievedAt = serializers.DateTimeField()
    metadata = serializers.DictField(help_text="Empty for whoever may not read texts.")


@ONE
class SnapshotsOutput(serializers.Serializer):
    sessionId = serializers.CharField()
    snapshots = PointSerializer(many=True)
    milestones = MilestoneOutput(many=True)


class SkillOutput(serializers.Serializer):
    skillName = serializers.CharField()
    skillCategory = serializers.CharField()
    currentScore = Score(help_text="The newest.")
    practiceSessions = Count(help_text="Distinct sessions.")
    lastPracticed = serializers.DateTimeField()
    createdAt = serializers.DateTimeField()


@ONE
class SkillsOutput(serializers.Serializer):
    sessionId = serializers.CharField(allow_blank=True, help_text="Empty: of all sessions.")
    therapistId = serializers.CharField()
    skills = SkillOutput(many=True)


class MeasureOutput(serializers.Serializer):
    """One measure's change. Indices are in standard errors, all else is in the measure's unit."""

    measure = serializers.CharField(help_text="A skill, `progress` or `responseTime`.")
    change = Number()
    standardError = Number(help_text="Of a difference: √2 · spread · √(1 − reliability).")
    smallestDetectableChange = Number()
    reliableChangeIndex = Number(help_text="Jacobson & Truax 1991.")
    practiceEffect = Number()
    practiceAdjustedIndex = Number(help_text="Chelune et al. 1993.")
    criticalValue = Number()
    trend = serializers.ChoiceField(choices=Trend.choices)
    spread = Number(help_text="Standard deviation between people.")
    reliability = Number(help_text="Test-retest, 0 to 1.")
    source: Any = serializers.ChoiceField(choices=["settings", "estimated", "assumed"])


class ReliableChangeOutput(serializers.Serializer):
    """The figures are left out if there is too little data."""

    insufficientData = serializers.BooleanField()
    basis = serializers.ChoiceField(choices=["skillScores", "progress"], allow_null=True)
    change = Number(required=False)
    standardError = Number(required=False)
    smallestDetectableChange = Number(required=False)
    reliableChangeIndex = Number(required=False)
    practiceEffect = Number(required=False)
    practiceAdjustedIndex = Number(required=False)
    criticalValue = Number(required=False)
    measures = MeasureOutput(many=True)


class ComparativeDataOutput(ComparativeSerializer):
    reliableChange = ReliableChangeOutput(required=False, help_text="Where it was computed.")


class AnalyticsDataOutput(AnalyticsDataSerializer):
    """Posted parts are returned as sent, with additional fields; all others are computed."""

    sessionMetrics = SessionDataSerializer(many=True)
    skillProgress = SkillProgressSerializer(many=True)
    summaryStats = SummaryStatSerializer(many=True)
    progressSnapshots = AnalyticsPointSerializer(many=True)
    comparativeData = ComparativeDataOutput()


@ONE
class AnalyticsOutput(serializers.Serializer):
    sessionId = serializers.CharField()
    analyticsData = AnalyticsDataOutput()


class TherapistSessionOutput(serializers.Serializer):
    id = serializers.CharField()
    clientId = serializers.CharField(allow_blank=True, help_text="Empty for who may not know it.")
    therapistId = serializers.CharField()
    startTime = serializers.DateTimeField()
    endTime = serializers.DateTimeField(required=False, help_text="Once it has ended.")
    status = serializers.ChoiceField(choices=Status.choices)
    progress = Score()


class WholeSessionOutput(TherapistSessionOutput):
    progressSnapshots = AnalyticsPointSerializer(many=True)
    sessionMetrics = SessionDataSerializer(many=True)
    analyticsData = AnalyticsDataOutput()
    progressMetrics = ProgressMetricsSerializer()


@ONE
class TherapistSessionsOutput(serializers.Serializer):
    total = Count()
    sessions = TherapistSessionOutput(many=True)


class ComparisonOutput(serializers.Serializer):
    id = serializers.CharField()
    therapistId = serializers.CharField()
    currentSessionId = serializers.CharField()
    previousSessionId = serializers.CharField()
    improvementScore = Score(help_text="50: no change.")
    metrics = MetricsOfChangeSerializer()
    analyzedAt = serializers.DateTimeField()
    currentSessionStartedAt = serializers.DateTimeField()
    previousSessionStartedAt = serializers.DateTimeField()
    trend = serializers.ChoiceField(choices=Trend.choices)
    reliableChange = ReliableChangeOutput()


@ONE
class ComparisonsOutput(serializers.Serializer):
    therapistId = serializers.CharField()
    sessionId = serializers.CharField(allow_blank=True, help_text="Empty: of all sessions.")
    comparisons = ComparisonOutput(many=True)


class AuditRecordOutput(serializers.Serializer):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    actorId = serializers.CharField(allow_null=True, help_text="`erased` once erased.")
    action = serializers.CharField()
    sessionId = serializers.CharField(allow_blank=True)
    status = serializers.IntegerField(help_text="Of HTTP; a socket's close code; 0: several.")
    calls = serializers.IntegerField(help_text="Over 1: refusals that were counted together.")
    reason = serializers.CharField(allow_blank=True)
    onBehalfOf = serializers.CharField(allow_null=True)
    therapistId = serializers.CharField(
        allow_null=True, required=False, help_text="Whose record. For auditors."
    )
    alsoAbout = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="For auditors."
    )
    route = serializers.CharField(allow_blank=True, required=False, help_text="For auditors.")
    address = serializers.CharField(allow_blank=True, required=False, help_text="For auditors.")


@ONE
class AuditOutput(serializers.Serializer):
    total = serializers.IntegerField()
    records = AuditRecordOutput(many=True)
