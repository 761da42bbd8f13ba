from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from sessions_core import personal_data
from sessions_core.management.operator import operator
from sessions_core.signals import person_handled


class Command(BaseCommand):
    help = "Erase one person from all apps, the account included. Cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, username: str, yes: bool, **options: Any) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Nobody is called {username!r}.")
        if not yes and input(f"Erase {username} for good? Type the name again: ") != username:
            raise CommandError("Not erased.")
        with transaction.atomic():
            person_handled.send(
                self.__class__, action="erase", user_id=user.pk, by=None, reason=operator()
            )
            counts = personal_data.erase(user.pk)
        for table, count in sorted(counts.items()):
            self.stdout.write(f"{table}: {count}")
        self.stdout.write(f"{username} is erased.")
