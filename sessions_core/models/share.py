"""Links by which a learner shows a session to somebody without an account."""

from django.db import models

from .session import Session


class ShareLink(models.Model):
    """Read-only; ends at ``expires_at`` or when revoked. Only a digest of the token is kept."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="share_links")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"share link of session {self.session_id}"
