from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.audit.anchor import current_anchor, is_in_chain
from analytics.audit.verify import breaks


class Command(BaseCommand):
    help = (
        "Check the audit chain from the first record to the sealed end. Prints the end as "
        "SEQ:DIGEST; kept outside the database and given back with --anchor, it also shows a "
        "database that was put back to an earlier state."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", metavar="SEQ:DIGEST", help="An end printed earlier.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [f"record {found.seq}: {found.what}" for found in breaks()]
        if options["anchor"] and not is_in_chain(options["anchor"]):
            found.append(f"the chain does not contain {options['anchor']}")
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"The audit chain is broken in {len(found)} places.")
        self.stdout.write(f"The audit chain is whole: {current_anchor()}")
