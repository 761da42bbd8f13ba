"""The audit: who accessed whose record of the therapist surface, when, from where, how it ended.

Rows are chained by SHA-256 and the end of the chain is sealed with a key, so that
``manage.py verify_audit`` detects edited, removed and cut-off rows. The hash covers pseudonyms and
commitments instead of personal data, so that erasing a person leaves the chain valid.
"""

import uuid

from django.conf import settings
from django.db import models

from ..crypto.fields import EncryptedJSONField


class AuditPerson(models.Model):
    """The pseudonym of a person in the audit. ``user`` is null once the person is erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="audit_person",
    )

    def __str__(self) -> str:
        return str(self.user or f"erased person {self.id}")


class AuditRecord(models.Model):
    """One recorded access, written by ``audit.chain.append`` alone.

    ``private`` is ``{"salt", "address", "reason"}``. The chain covers only its SHA-256
    (``commitment``), so that it can be erased without breaking the chain.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        AuditPerson, null=True, on_delete=models.PROTECT, related_name="calls"
    )
    subject = models.ForeignKey(
        AuditPerson,
        null=True,
        on_delete=models.PROTECT,
        related_name="calls_about",
        db_index=False,
    )
    behalf = models.ForeignKey(
        AuditPerson, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    action = models.CharField(max_length=60, help_text="e.g. progress.read")
    session_id = models.CharField(max_length=36, blank=True)
    route = models.CharField(max_length=100)
    status = models.PositiveSmallIntegerField(
        help_text="HTTP status; socket closes are 4xxx; 0: several."
    )
    calls = models.PositiveIntegerField(
        default=1, help_text="More than one only for refusals that were counted together."
    )
    private = EncryptedJSONField(null=True)
    commitment = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-seq"]
        indexes = [models.Index(fields=["subject", "-seq"], name="audit_of_subject")]

    def __str__(self) -> str:
        return f"{self.seq}: {self.action} {self.status}"


class AuditSubject(models.Model):
    """A further therapist whose record was read: a list may show the records of several.

    The record's digest covers these rows, so that adding or removing one is detected.
    """

    record = models.ForeignKey(AuditRecord, on_delete=models.PROTECT, related_name="also_about")
    person = models.ForeignKey(AuditPerson, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "person"], name="audit_subject_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.person_id}"


class AuditHead(models.Model):
    """The end of the chain, as a single row: the count, the last digest, and their seal.

    ``surplus`` counts refusals since ``surplus_since`` that have no row yet; the seal covers it.
    ``seal`` is an HMAC-SHA256 under the audit subkey of the key ``key_id``.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    count = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    surplus = models.PositiveIntegerField(default=0)
    surplus_since = models.DateTimeField(null=True)
    key_id = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.count} records"
