"""Links and assignments: they grant access to another person's records for a period."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .session import TherapistSession


class InForceQuerySet(models.QuerySet):
    def in_force(self) -> "InForceQuerySet":
        now = timezone.now()
        return self.filter(began_at__lte=now).exclude(ended_at__lte=now)


class SupervisorLink(models.Model):
    """Someone supervises a therapist from ``began_at`` until ``ended_at`` (null: open-ended)."""

    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="supervised_links",
        db_index=False,
    )
    therapist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="supervisor_links"
    )
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.CheckConstraint(
                name="nobody_supervises_themselves", condition=~Q(supervisor=F("therapist"))
            ),
            models.CheckConstraint(
                name="link_ends_after_it_begins",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
        ]
        indexes = [models.Index(fields=["supervisor", "therapist"], name="link_of_supervisor")]

    def __str__(self) -> str:
        return f"{self.supervisor} supervises {self.therapist}"


class EvaluatorAssignment(models.Model):
    """Someone evaluates a session from ``began_at`` until ``ended_at`` (null: open-ended)."""

    evaluator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="evaluator_assignments",
        db_index=False,
    )
    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="evaluator_assignments"
    )
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.CheckConstraint(
                name="assignment_ends_after_it_begins",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
        ]
        indexes = [models.Index(fields=["evaluator", "session"], name="assignment_of_evaluator")]

    def __str__(self) -> str:
        return f"{self.evaluator} evaluates {self.session_id}"
