"""``manage.py verify_stats`` recounts every counter, streak and statistic."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sessions_core.models import PracticeDay, Session
from sessions_core.verification import days, sessions
from sessions_core.verification.drift import Drift


class Command(BaseCommand):
    help = (
        "Recount every session's counters from its attempts and every learner's days from the "
        "sessions, name each drift, and mend it with --fix. Safe while the product is in use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="Mend what drifted.")
        parser.add_argument("--user", type=int, help="Only this user's id.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for drift in self._drifts(options["user"], options["fix"]):
            found += 1
            self.stdout.write(str(drift))
        if found and not options["fix"]:
            raise CommandError(f"{found} figures have drifted. --fix mends them.")
        self.stdout.write(f"{found} figures mended." if found else "No drift.")

    def _drifts(self, user_id: int | None, fix: bool) -> Iterator[Drift]:
        """Checks sessions before days, because the days are counted from the sessions."""
        whose = {} if user_id is None else {"user_id": user_id}
        rows = Session.objects.filter(**whose)
        for session in rows.order_by("pk").iterator(chunk_size=500):
            yield from sessions.check(session, fix)
        owners = rows.exclude(user=None).order_by().values_list("user_id", flat=True).distinct()
        rollup = PracticeDay.objects.filter(**whose).order_by()
        for owner in sorted({*owners, *rollup.values_list("user_id", flat=True).distinct()}):
            yield from days.check(owner, fix)
