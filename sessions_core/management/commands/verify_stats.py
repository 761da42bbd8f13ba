"""``manage.py verify_stats``: recount every counter, streak and statistic."""

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
        """Sessions first: the days are counted from them."""
        rows = Session.objects.order_by("pk")
        owners = Session.objects.exclude(user=None).order_by().values_list("user_id", flat=True)
        with_days = PracticeDay.objects.order_by().values_list("user_id", flat=True)
        if user_id is not None:
            rows, owners, with_days = (
                query.filter(user_id=user_id) for query in (rows, owners, with_days)
            )
        for session in rows.iterator(chunk_size=500):
            yield from sessions.check(session, fix)
        for owner in sorted({*owners.distinct(), *with_days.distinct()}):
            yield from days.check(owner, fix)
