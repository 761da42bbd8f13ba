"""Ways to run an import in a test.

The app is imported in the fixtures: pytest reads this file before the settings are chosen.
"""

from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command


@pytest.fixture
def read() -> Callable[..., list]:
    """Everything that a file tells."""
    from sessions_core.imports import open_source

    def read(path: Path, encoding: str | None = None) -> list:
        with closing(open_source(path, encoding)) as source:
            return list(source)

    return read


@pytest.fixture
def words(read) -> Callable[..., list[tuple[str, str]]]:
    """The words of a file with their translations; for a skipped place its reason."""
    from sessions_core.imports import Entry

    def words(path: Path, encoding: str | None = None) -> list[tuple[str, str]]:
        return [
            (told.word, told.translation if isinstance(told, Entry) else f"({told.reason})")
            for told in read(path, encoding)
        ]

    return words


@pytest.fixture
def imported() -> Callable[..., str]:
    """What the command prints."""

    def imported(path: Path, *arguments: str) -> str:
        out = StringIO()
        call_command("import_vocabulary", str(path), *arguments, stdout=out)
        return out.getvalue()

    return imported
