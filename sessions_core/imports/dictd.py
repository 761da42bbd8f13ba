"""Reads dictionaries of dictd: ``NAME.index`` beside ``NAME.dict.dz`` or ``NAME.dict``.

Each line of the index has a headword, an offset and a length, the numbers in dictd's base 64.
``.dz`` is gzip. https://man.archlinux.org/man/dictd.8
"""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import IO

from .dictd_entry import DictdEntry, joined, parse
from .entries import BadFile, Entry, Skipped
from .unpacking import unpack

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_MAX_ENTRY_BYTES = 64 * 1024


class Dictionary:
    """The entries of a dictionary, in the order of its index."""

    def __init__(self, path: Path) -> None:
        self._index, text = files_of(path)
        self.total: int | None = _count_lines(self._index)
        self._text = _unpacked(text)

    def __iter__(self) -> Iterator[Entry | Skipped]:
        # An index is sorted, so the entries of a headword follow each other.
        for _, rows in groupby(_rows(self._index), key=lambda row: row[1]):
            yield from _one_each([self._read(*row) for row in rows])

    def close(self) -> None:
        self._text.close()

    def _read(self, number: int, headword: str, offset: str, length: str) -> DictdEntry | Skipped:
        place = f"entry {number}"
        if headword.startswith("00"):
            return Skipped(place, headword, "about the dictionary, no word")
        start, size = decode_number(offset), decode_number(length)
        if start is None or size is None:
            return Skipped(place, headword, "broken line in the index")
        if size > _MAX_ENTRY_BYTES:
            return Skipped(place, headword, f"entry over {_MAX_ENTRY_BYTES} bytes")
        self._text.seek(start)
        text = self._text.read(size)
        if len(text) < size:
            return Skipped(place, headword, "points outside the dictionary")
        try:
            return parse(place, headword, text.decode())
        except UnicodeDecodeError:
            return Skipped(place, headword, "not UTF-8")


def _one_each(entries: list[DictdEntry | Skipped]) -> Iterator[Entry | Skipped]:
    """Joins the entries of the same word and pronunciation; skips others of the same word.

    Dictionaries converted from TEI files cut a headword's later words but not their pronunciation:
    "apple /æpldʒuːs/" is apple juice. So the shortest pronunciation is taken as the word's own.
    """
    words: dict[str, list[DictdEntry]] = {}
    for entry in entries:
        if isinstance(entry, Skipped):
            yield entry
        elif entry.translations:
            words.setdefault(entry.word, []).append(entry)
        else:
            yield entry.as_entry()
    for same in words.values():
        sound = min(same, key=lambda entry: entry.sound_rank).sound
        own = [entry for entry in same if entry.sound == sound]
        yield joined(own)
        for entry in same:
            if entry.sound != sound:
                yield Skipped(entry.place, entry.word, "repeated word")
        for entry in own[1:]:
            yield Skipped(entry.place, entry.word, "joined to an entry of the same word and sound")


def files_of(path: Path) -> tuple[Path, Path]:
    """Returns the paths of index and text; ``path`` is one of them or their common name."""
    name = path.name
    for ending in (".index", ".dict.dz", ".dict"):
        name = name.removesuffix(ending)
    index = path.with_name(f"{name}.index")
    texts = (path.with_name(f"{name}.dict.dz"), path.with_name(f"{name}.dict"))
    text = next((text for text in texts if text.is_file()), None)
    if text is None or not index.is_file():
        raise BadFile(f"A dictd dictionary is {name}.index beside {name}.dict.dz: one is missing.")
    return index, text


def decode_number(digits: str) -> int | None:
    """Decodes dictd's base 64; returns ``None`` if invalid or more than eight digits long."""
    if not 0 < len(digits) <= 8 or any(digit not in _VALUES for digit in digits):
        return None
    number = 0
    for digit in digits:
        number = number * 64 + _VALUES[digit]
    return number


def _count_lines(index: Path) -> int:
    """Counts entries. Raises ``BadFile`` if the first line is not one of an index."""
    try:
        with index.open("rb") as lines:
            first = lines.readline(_MAX_ENTRY_BYTES)
            if first.count(b"\t") not in (2, 3):
                raise BadFile(f"{index.name} is not a dictd index.")
            return 1 + sum(1 for _ in lines)
    except OSError as error:
        raise BadFile(f"{index} cannot be read: {error.strerror}.") from None


def _rows(index: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yields number, headword, offset and length of each line, numbered from 1."""
    try:
        with index.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                cells = line.rstrip("\n").split("\t")
                headword, offset, length = [*cells, "", "", ""][:3]
                yield number, headword, offset, length
    except UnicodeDecodeError:
        raise BadFile(f"{index.name} is not a dictd index in UTF-8.") from None


def _unpacked(path: Path) -> IO[bytes]:
    """Unpacks the text to a temporary file, because reading gzip by offset is slow."""
    with ExitStack() as opened:
        plain = opened.enter_context(tempfile.TemporaryFile(prefix="vocabulary-"))
        try:
            with gzip.open(path) if path.suffix == ".dz" else path.open("rb") as text:
                unpack(text, plain, path.name)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise BadFile(f"{path.name} is damaged, or not compressed by dictzip.") from None
        except OSError as error:
            raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
        opened.pop_all()
        return plain
