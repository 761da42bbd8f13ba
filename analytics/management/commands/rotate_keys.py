from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.crypto.envelope import DecryptionError
from analytics.crypto.keyring import keyring
from analytics.crypto.rotation import rotate


class Command(BaseCommand):
    help = (
        "Encrypt everything again under the first key of FIELD_ENCRYPTION_KEYS. Put the new key "
        "first, restart every process, run this, and take the old key out when it says that "
        "nothing is left. Safe while the product runs, and to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for name, moved in rotate():
                self.stdout.write(f"{name}: {moved} moved")
        except DecryptionError as error:
            raise CommandError(f"Stopped at a value that cannot be opened: {error}") from None
        self.stdout.write(f"Everything is under the key {keyring().newest.id!r}.")
