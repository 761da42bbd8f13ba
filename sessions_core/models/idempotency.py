"""Responses kept for requests that carry an ``Idempotency-Key``."""

from django.db import models


class IdempotentResponse(models.Model):
    """The first response to a key, written in the transaction of its effect; kept 24 hours.

    Answers do not use it: their attempt row carries the key.
    """

    key = models.UUIDField(primary_key=True, help_text="Digest of the owner and the key.")
    owner = models.CharField(
        max_length=64, default="", db_index=True, help_text="Whose answer, as ``Actor.scope``."
    )
    request = models.UUIDField(help_text="Digest of method, path and body.")
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} ({self.status})"
