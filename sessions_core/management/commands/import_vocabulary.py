"""``manage.py import_vocabulary FILE`` imports words into an activity."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify
from tqdm import tqdm

from sessions_core.catalogue import save_activity
from sessions_core.catalogue.lengths import max_length
from sessions_core.imports import BadFile, ImportResult, Skipped, Source, import_words, open_source
from sessions_core.models import Activity
from sessions_core.models.activity import ActivityType


class Command(BaseCommand):
    help = (
        "Import words and their translations into an activity: CSV or TSV (word, translation, "
        "alternatives, tags), an Anki text export, an Anki package, or a dictd dictionary. "
        "Safe to run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--activity", metavar="KEY", help="Default: from the file's name.")
        parser.add_argument("--name", help="Name of the activity. Default: the file's name.")
        parser.add_argument("--from", dest="source", metavar="LANGUAGE", help="BCP 47, as in en")
        parser.add_argument("--to", dest="target", metavar="LANGUAGE", help="BCP 47, as in es")
        parser.add_argument("--encoding", help="Of a text file that is not in UTF-8.")
        parser.add_argument("--dry-run", action="store_true", help="Read all, write nothing.")
        parser.add_argument("--report", type=Path, metavar="CSV", help="List what was skipped.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        dry_run: bool = options["dry_run"]
        try:
            with closing(open_source(path, options["encoding"])) as source:
                activity = _activity(path, options)
                with _report(options["report"]) as on_skipped:
                    outcome = import_words(
                        _shown(source), activity, dry_run=dry_run, on_skipped=on_skipped
                    )
        except BadFile as error:
            raise CommandError(str(error)) from None
        self._say(activity, outcome, dry_run)

    def _say(self, activity: Activity, outcome: ImportResult, dry_run: bool) -> None:
        saved = outcome.saved
        self.stdout.write(
            f"{activity.name} ({activity.key}): {outcome.read} entries read, "
            f"{saved.created} created, {saved.updated} updated, {saved.unchanged} unchanged, "
            f"{outcome.skipped.total()} skipped"
        )
        for reason, count in outcome.skipped.most_common():
            self.stdout.write(f"  skipped {count}: {reason}")
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")


def _activity(path: Path, options: dict[str, Any]) -> Activity:
    """Returns the activity of the key, updated or new, and unsaved in a dry run.

    Fields of an existing activity without an option stay unchanged.
    """
    stem = path.name.partition(".")[0]
    key = options["activity"] or slugify(stem)
    if not key or key != slugify(key) or len(key) > max_length(Activity, "key"):
        raise CommandError(
            f"An activity's key is made of small letters, digits and hyphens: "
            f"{key or stem!r} is none. Name one with --activity."
        )
    given = {
        "name": options["name"],
        "source_language": options["source"],
        "target_language": options["target"],
    }
    fields = {name: value for name, value in given.items() if value is not None}
    for name, value in fields.items():
        if not value.strip() or len(value) > max_length(Activity, name) or "\0" in value:
            raise CommandError(f"{value[:50]!r} is not a {name.replace('_', ' ')}.")
    existing = Activity.objects.filter(key=key).first()
    if existing is not None and existing.type == ActivityType.SEQUENCE:
        raise CommandError(f"{existing.name} is a guided sequence; words cannot go into it.")
    fields.setdefault("name", existing.name if existing else stem[: max_length(Activity, "name")])
    if options["dry_run"]:
        return existing or Activity(key=key, **fields)
    kind = existing.type if existing else ActivityType.FLASHCARDS
    return save_activity(key, type=kind, **fields)


def _shown(source: Source) -> Iterator[Any]:
    """Iterates over ``source``, with a progress bar on a terminal."""
    return iter(tqdm(source, total=source.total, unit=" entries", file=sys.stderr, disable=None))


@contextmanager
def _report(path: Path | None) -> Iterator[Callable[[Skipped], None]]:
    """Yields a function that writes skipped entries to the CSV file, if there is one."""
    if path is None:
        yield lambda skipped: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        rows = csv.writer(file)
        rows.writerow(["place", "word", "reason"])
        yield lambda skipped: rows.writerow([skipped.place, skipped.word, skipped.reason])
