"""Anonymous sessions, their usage and their contents."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AnonymousSession(models.Model):
    """A visitor without an account.

    ``digest`` identifies the id in the visitor's cookie, which is not stored. A merged session
    keeps its row, so that its id stays valid and nothing is merged twice. Such a row has no
    contents, and the session in ``merged_into`` is itself never a merged one.
    """

    digest = models.UUIDField(unique=True, editable=False, help_text="Keyed digest of the id.")
    guest = models.UUIDField(
        unique=True,
        default=uuid4,
        editable=False,
        help_text="Names the visitor as an owner of other records; opens nothing.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="anonymous_sessions",
        help_text="The account that adopted it; it answers to nobody else from then on.",
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="aliases"
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_active = models.DateTimeField(default=timezone.now, help_text="Within a minute.")
    preferences = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="anonymous_newest"),
            models.Index(
                fields=["last_active"],
                name="anonymous_expiry",
                condition=Q(user__isnull=True, merged_into__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digest.hex[:8]}…"

    def root(self) -> "AnonymousSession":
        """Returns the session that this one was merged into, or else itself."""
        return self if self.merged_into is None else self.merged_into


class Usage(models.Model):
    """How much of a quota a session has used, in total and in the running window."""

    session = models.ForeignKey(AnonymousSession, on_delete=models.CASCADE, related_name="usage")
    quota = models.CharField(max_length=64)
    total = models.PositiveIntegerField(default=0)
    used = models.PositiveIntegerField(default=0, help_text="In the window that ends at resets_at.")
    resets_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(fields=["session", "quota"], name="one_usage_a_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.quota}: {self.total}"

    def used_at(self, moment: datetime) -> int:
        """Returns the units used in the window that contains ``moment``."""
        return self.used if self.resets_at is not None and self.resets_at > moment else 0


class Charge(models.Model):
    """A successful charge. It is stored to refund it only once, and to not charge a retry."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.ForeignKey(AnonymousSession, on_delete=models.CASCADE, related_name="charges")
    quota = models.CharField(max_length=64)
    cost = models.PositiveIntegerField()
    resets_at = models.DateTimeField(null=True, help_text="End of the window it was charged in.")
    key = models.UUIDField(null=True, help_text="Digest of the caller's key, to tell a retry.")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    refunded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "quota", "key"], name="one_charge_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.cost} of {self.quota}"


class Concept(models.Model):
    """A small JSON document of a session."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    session = models.ForeignKey(AnonymousSession, on_delete=models.CASCADE, related_name="concepts")
    document = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    charge = models.OneToOneField(
        Charge, null=True, on_delete=models.SET_NULL, related_name="concept", editable=False
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["session", "-created_at", "-id"], name="concept_of_session"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TransferCode(models.Model):
    """A code that moves another device to a session, once. A new code replaces the old one."""

    session = models.OneToOneField(
        AnonymousSession, primary_key=True, on_delete=models.CASCADE, related_name="transfer_code"
    )
    digest = models.UUIDField(unique=True, editable=False, help_text="Keyed digest of the code.")
    sealed_id = models.BinaryField(help_text="The session's id; opens only with the code.")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class Adoption(models.Model):
    """An account took over a session. Undoing gives the learning sessions in ``moved`` back."""

    session = models.ForeignKey(
        AnonymousSession, on_delete=models.CASCADE, related_name="adoptions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="adopted_sessions"
    )
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=list, help_text="Ids of the learning sessions that came too.")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.session_id} by {self.user_id}"
