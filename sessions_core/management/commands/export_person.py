from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_core import personal_data, personal_files
from sessions_core.management.operator import operator
from sessions_core.signals import person_handled


class Command(BaseCommand):
    help = "Write everything that names one person to a zip file: JSON, and a CSV for each table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("file", type=Path, help="The zip file to write; must not exist.")

    def handle(self, *args: Any, username: str, file: Path, **options: Any) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Nobody is called {username!r}.")
        if file.exists():
            raise CommandError(f"{file} exists already.")
        person_handled.send(
            self.__class__, action="export", user_id=user.pk, by=None, reason=operator()
        )
        tables = personal_data.export(user.pk)
        try:
            with file.open("xb") as out:
                file.chmod(0o600)
                out.write(personal_files.as_zip(tables))
        except FileExistsError:
            raise CommandError(f"{file} exists already.") from None
        count = sum(map(len, tables.values()))
        self.stdout.write(f"{count} rows of {username} written to {file}.")
