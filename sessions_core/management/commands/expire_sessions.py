"""``manage.py expire_sessions`` closes sessions over their time limit; cron runs it."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions_core.lifecycle.end import expire_due


class Command(BaseCommand):
    help = (
        "Close, at their limit, the sessions whose time has run out and that no client touched "
        "since. Run it every minute; the next touch of such a session closes it too."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        closed = 0
        while batch := expire_due():
            closed += batch
        self.stdout.write(f"{closed} sessions expired.")
