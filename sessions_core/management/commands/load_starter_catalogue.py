"""``manage.py load_starter_catalogue`` writes the starter catalogue."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions_core.catalogue import starter


class Command(BaseCommand):
    help = "Write the starter catalogue: words, conjugations, guided sequences. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        for activity, saved in starter.load():
            self.stdout.write(
                f"{activity.name}: {saved.created} created, {saved.updated} updated, "
                f"{saved.unchanged} unchanged"
            )
