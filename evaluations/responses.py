"""Serializers of the responses, for the API documents; ``render`` builds the data."""

from rest_framework import serializers

from analytics.serializers.responses import ONE

from .models import MAX_RATING, MIN_RATING


def _rating() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=MIN_RATING, max_value=MAX_RATING)


class EvaluatedOutput(serializers.Serializer):
    success = serializers.BooleanField()
    evaluationId = serializers.CharField()


class EvaluationOutput(serializers.Serializer):
    id = serializers.CharField()
    sessionId = serializers.CharField()
    feedback = serializers.CharField()
    evaluatorId = serializers.CharField(help_text="`erased` once erased.")
    rating = _rating()
    comments = serializers.CharField(allow_blank=True)
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()
    version = serializers.IntegerField(help_text="1, and one more with each edit.")


class EarlierVersionOutput(serializers.Serializer):
    version = serializers.IntegerField()
    feedback = serializers.CharField()
    rating = _rating()
    comments = serializers.CharField(allow_blank=True)
    replacedAt = serializers.DateTimeField()


class WholeEvaluationOutput(EvaluationOutput):
    versions = EarlierVersionOutput(many=True, help_text="The newest first.")


class AgreementOutput(serializers.Serializer):
    """Intraclass correlation, two-way random, absolute agreement (Shrout & Fleiss 1979)."""

    evaluators = serializers.IntegerField()
    meanRating = serializers.FloatField()
    ratingRange = serializers.IntegerField()
    model = serializers.ChoiceField(choices=["ICC(2,1)"])
    sessions = serializers.IntegerField(help_text="That all of these evaluators rated.")
    insufficientData = serializers.BooleanField()
    icc = serializers.FloatField(allow_null=True, help_text="ICC(2,1): of one evaluator's rating.")
    iccAverage = serializers.FloatField(allow_null=True, help_text="ICC(2,k): of their mean.")


@ONE
class EvaluationsOutput(serializers.Serializer):
    sessionId = serializers.CharField(allow_blank=True, help_text="Empty: a search in all.")
    evaluations = EvaluationOutput(many=True)
    agreement = AgreementOutput(required=False)
