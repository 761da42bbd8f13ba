"""``manage.py purge_expired`` deletes expired responses and token records; cron runs it."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions_core import tokens
from sessions_core.rest import idempotency


class Command(BaseCommand):
    help = (
        "Delete responses kept for an Idempotency-Key beyond their 24 hours, and the records of "
        "spent and revoked tokens that have expired by themselves. Safe to run at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        responses, records = idempotency.purge(), tokens.purge()
        self.stdout.write(f"Deleted {responses} stored responses and {records} token records.")
