"""Serializers of requests and responses. Times are UTC, to the second."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from . import quotas
from .app_settings import app_settings
from .errors import UnknownQuota
from .models import Concept


def moment(**kwargs: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(
        format="%Y-%m-%dT%H:%M:%SZ", default_timezone=UTC, read_only=True, **kwargs
    )


def chargeable() -> list[str]:
    """Returns the quotas that clients may charge; storage is charged on storing alone."""
    return [name for name in quotas.declared() if name != app_settings.STORAGE_QUOTA]


class QuotaField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in chargeable():
            raise serializers.ValidationError(UnknownQuota(name).message)
        return name


class ClientId(serializers.Serializer):
    client_session_id = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The client's copy of the id.",
    )


class RequiredClientId(serializers.Serializer):
    client_session_id = serializers.CharField(
        trim_whitespace=False, help_text="Id of the session to move to."
    )


@extend_schema_serializer(component_name="RateLimitStanding")
class RateLimitState(serializers.Serializer):
    limit = serializers.IntegerField()
    remaining = serializers.IntegerField()
    reset_at = moment(help_text="When the count falls.")


class UsageStats(serializers.DictField):
    child = serializers.IntegerField()


class OpenedSession(serializers.Serializer):
    session_id = serializers.UUIDField()
    is_new_session = serializers.BooleanField()
    created_at = moment()
    last_active = moment()
    usage_stats = UsageStats()


class SyncedSession(serializers.Serializer):
    session_id = serializers.UUIDField()
    is_synced = serializers.BooleanField()
    message = serializers.CharField()


class SessionInfo(serializers.Serializer):
    session_id = serializers.UUIDField()
    created_at = moment()
    last_active = moment()
    usage_stats = UsageStats()
    rate_limits = serializers.DictField(child=RateLimitState())


class UsageCharge(serializers.Serializer):
    quota = QuotaField(help_text="Name of the quota to charge one unit of.")


class UsageReport(serializers.Serializer):
    session_id = serializers.UUIDField()
    usage_stats = UsageStats()
    rate_limits = serializers.DictField(child=RateLimitState())


class NewConcept(serializers.Serializer):
    document = serializers.DictField(help_text="Any JSON object within the size limit.")
    charge = QuotaField(required=False, help_text="A quota that making it is charged to as well.")


class ConceptOut(serializers.ModelSerializer):
    document = serializers.DictField()
    created_at = moment()

    class Meta:
        model = Concept
        fields = ["id", "document", "created_at"]


class ConceptPage(serializers.Serializer):
    concepts = ConceptOut(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class ConceptPaging(serializers.Serializer):
    limit = serializers.IntegerField(default=50, min_value=1, max_value=100)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=2**31 - 1)


class Preferences(serializers.Serializer):
    session_id = serializers.UUIDField()
    preferences = serializers.DictField()


class NewPreferences(serializers.Serializer):
    preferences = serializers.DictField(help_text="A JSON object within size and depth.")


class IssuedCode(serializers.Serializer):
    code = serializers.CharField()
    expires_at = moment()


class CodeToRedeem(serializers.Serializer):
    code = serializers.CharField(max_length=32)


class AdoptionOptions(serializers.Serializer):
    dry_run = serializers.BooleanField(default=False)


@extend_schema_serializer(component_name="Belongings")
class Inventory(serializers.Serializer):
    usage_stats = UsageStats()
    concepts = serializers.IntegerField()
    preferences = serializers.IntegerField()
    learning_sessions = serializers.IntegerField()


class AdoptedSession(serializers.Serializer):
    session_id = serializers.UUIDField()
    adopted = serializers.BooleanField(help_text="Whether the account has the session now.")
    dry_run = serializers.BooleanField()
    undo_until = moment(allow_null=True)
    contents = Inventory(help_text="What the session holds.")
