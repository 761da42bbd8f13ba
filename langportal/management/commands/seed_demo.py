"""``manage.py seed_demo`` creates the demo's data."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from langportal.demo import catalogue, history, people, report, seeders
from sessions_core import clock


class Command(BaseCommand):
    help = "Make the demo: people, a catalogue, sixty days of practice. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object and nothing else."
        )
        parser.add_argument(
            "--force", action="store_true", help="Also on a database that looks like a real one."
        )

    def handle(self, *, json: bool, force: bool, **options: Any) -> None:
        if not force:
            refuse_production()
        self.quiet = json or not options["verbosity"]
        users = people.seed()
        self._say(f"{len(users)} people, password {people.PASSWORD!r}")
        activities = catalogue.seed()
        self._say(f"{len(activities)} activities")
        made = history.seed(users, activities, clock.now())
        self._say(f"{made} new sessions")
        for seeder in seeders.SEEDERS:
            self._say(seeder(users))
        if json:
            self.stdout.write(_text(report.report(users, activities)))

    def _say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)


def refuse_production() -> None:
    """Raises ``CommandError`` unless the database is a developer's or a demo's."""
    if not (settings.DEBUG or settings.DEMO):
        raise CommandError(
            "DEBUG and DEMO are off, so this may be a production database, and the demo's"
            " passwords are public. Nothing was changed. --force seeds it all the same."
        )
    users = get_user_model().objects
    demo = users.filter(email__endswith=f"@{people.DOMAIN}")
    if users.exists() and not demo.exists():
        raise CommandError(
            "This database has users who are not of the demo. Nothing was changed."
            " --force adds the demo beside them."
        )


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
