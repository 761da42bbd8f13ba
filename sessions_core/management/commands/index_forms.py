"""``manage.py index_forms`` rebuilds the index of known forms."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions_core.catalogue import rebuild_forms


class Command(BaseCommand):
    help = (
        "Derive anew the words and forms that the judge never forgives as typos. "
        "Forms are added as items are written; this drops those of retired or changed items."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_forms()} forms")
