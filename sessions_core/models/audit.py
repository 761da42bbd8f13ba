"""Which member of staff looked into whose session."""

from django.conf import settings
from django.db import models

from .session import Session


class StaffAccess(models.Model):
    """A read of somebody else's session by staff, written before the read is answered."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_accesses"
    )
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="staff_accesses")
    at = models.DateTimeField(auto_now_add=True)
    route = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "staff accesses"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.staff_id} read {self.session_id}"
