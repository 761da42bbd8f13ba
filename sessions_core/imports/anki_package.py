"""Reads Anki's ``.apkg`` and ``.colpkg``: zip files with the collection as an SQLite database.

Newer exports contain it as ``collection.anki21b``, compressed with zstd, and under the old name a
dummy that asks to update Anki.
"""

import json
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

from backports import zstd

from . import columns
from .entries import MAX_FIELD_LENGTH, BadFile, Entry, Skipped
from .markup import plain_text
from .unpacking import unpack

_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
T = TypeVar("T")

_FIELD_END = "\x1f"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    zstd.ZstdError,
    EOFError,
    NotImplementedError,
    RuntimeError,  # raised by zipfile for a member that needs a password
)


class AnkiPackage:
    """Each note is an entry, of its fields named front and back, or else its first two."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        with ExitStack() as opened:
            folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="vocabulary-"))
            collection = Path(folder) / "collection.sqlite"
            extract(path, collection)
            self._db = opened.enter_context(closing(_connect(collection)))
            self._layouts = self._reading(lambda: dict(_layouts(self._db)))
            self.total: int | None = self._reading(self._count)
            self.close = opened.pop_all().close

    def __iter__(self) -> Iterator[Entry | Skipped]:
        # The casts are needed since SQLite stores any type in any column. Overlong fields are not
        # loaded, to save memory; the id of the note is enough to report it.
        notes = self._reading(
            lambda: self._db.execute(
                """SELECT CAST(id AS INTEGER), mid,
                    CASE WHEN length(flds) <= ? THEN CAST(flds AS TEXT) END,
                    coalesce(CAST(tags AS TEXT), '')
                FROM notes""",
                [10 * MAX_FIELD_LENGTH],
            )
        )
        while note := self._reading(notes.fetchone):
            yield self._entry(*note)

    def _entry(self, note: int, kind: int, fields: bytes | None, tags: bytes) -> Entry | Skipped:
        place = f"note {note}"
        if fields is None:
            return Skipped(place, "", f"note over {10 * MAX_FIELD_LENGTH} characters")
        try:
            cells = [*fields.decode().split(_FIELD_END), tags.decode()]
        except UnicodeDecodeError:
            return Skipped(place, "", "not UTF-8")
        if "{{c1::" in cells[0]:
            return Skipped(place, cells[0][:50], "cloze deletion")
        layout = self._layouts.get(kind, columns.Columns())
        tagged = columns.Columns(layout.word, layout.translation, tags=len(cells) - 1)
        return tagged.entry(place, [plain_text(cell) for cell in cells])

    def _count(self) -> int:
        return self._db.execute("SELECT count(*) FROM notes").fetchone()[0]

    def _reading(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (sqlite3.Error, UnicodeError, ValueError, TypeError, AttributeError, KeyError):
            raise BadFile(f"The collection in {self._name} is not one that Anki writes.") from None


def extract(package: Path, collection: Path) -> None:
    """Writes the package's collection to ``collection``, up to the limit of unpacked bytes."""
    try:
        with zipfile.ZipFile(package) as archive:
            members = set(archive.namelist())
            name = next((name for name in _COLLECTIONS if name in members), None)
            if name is None:
                raise BadFile(f"{package.name} is not an Anki package: it holds no collection.")
            with archive.open(name) as member, collection.open("wb") as out:
                plain = zstd.open(member) if name.endswith("b") else member
                unpack(plain, out, package.name)
    except OSError as error:
        raise BadFile(f"{package} cannot be read: {error.strerror or error}.") from None
    except _BROKEN:
        raise BadFile(f"{package.name} is damaged, protected, or not an Anki package.") from None


def _connect(path: Path) -> sqlite3.Connection:
    """Opens the database read-only, without functions that a hostile schema may call."""
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    db.text_factory = bytes
    db.create_collation("unicase", lambda one, other: (one > other) - (one < other))
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def _layouts(db: sqlite3.Connection) -> Iterator[tuple[int, columns.Columns]]:
    """Yields the columns of each note type whose fields have known names, in old and new files.

    Raises ``ValueError`` if ``notes`` is not a table, because a view could run for ever.
    """
    kinds = dict(db.execute("SELECT name, type FROM sqlite_master").fetchall())
    if kinds.get(b"notes") != b"table":
        raise ValueError("no notes")
    names: dict[int, list[str]] = {}
    if kinds.get(b"fields") == b"table":
        for kind, name in db.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
            names.setdefault(kind, []).append(name.decode())
    else:
        with closing(db.execute("SELECT models FROM col")) as rows:
            models = json.loads(rows.fetchone()[0] or b"{}")
        for kind, model in models.items():
            names[int(kind)] = [field["name"] for field in model["flds"]]
    for kind, fields in names.items():
        if layout := columns.by_name(fields):
            yield kind, layout
