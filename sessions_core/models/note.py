"""What a learner noted of a session. Kept encrypted: it is nobody else's business."""

from django.db import models

from .session import Session


class Note(models.Model):
    session = models.OneToOneField(
        Session, primary_key=True, on_delete=models.CASCADE, related_name="note"
    )
    sealed = models.BinaryField(help_text="AES-256-GCM, bound to the session.")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"note of session {self.session_id}"
