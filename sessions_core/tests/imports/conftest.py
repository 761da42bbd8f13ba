"""Fixtures that run an import.

They import the app themselves, because pytest imports this file before settings are chosen.
"""

from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command


@pytest.fixture
def read() -> Callable[..., list]:
    """Returns the entries and skipped places of a file."""
    from sessions_core.imports import open_source

    def read(path: Path, encoding: str | None = None) -> list:
        with closing(open_source(path, encoding)) as source:
            return list(source)

    return read


@pytest.fixture
def words(read) -> Callable[..., list[tuple[str, str]]]:
    """Returns a file's words with translations, or the reasons of skipped places."""
    from sessions_core.imports import Entry

    def words(path: Path, encoding: str | None = None) -> list[tuple[str, str]]:
        return [
            (entry.word, entry.translation if isinstance(entry, Entry) else f"({entry.reason})")
            for entry in read(path, encoding)
        ]

    return words


@pytest.fixture
def imported() -> Callable[..., str]:
    """Runs the command and returns its output."""

    def imported(path: Path, *arguments: str) -> str:
        out = StringIO()
        call_command("import_vocabulary", str(path), *arguments, stdout=out)
        return out.getvalue()

    return imported
