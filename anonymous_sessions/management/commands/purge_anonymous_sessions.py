from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anonymous_sessions.expiry import expired, purge
from sessions_core import clock


class Command(BaseCommand):
    help = "Delete anonymous sessions that were not used for 30 days, with all they hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Count only.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.write(f"{expired(clock.now()).count()} sessions would be deleted")
            return
        for kind, number in purge().items():
            self.stdout.write(f"{number} {kind.replace('_', ' ')} deleted")
