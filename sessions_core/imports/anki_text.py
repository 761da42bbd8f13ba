"""Anki's "Notes in Plain Text": a table behind header lines such as ``#separator:tab``.

The lines are described at https://docs.ankiweb.net/importing/text-files.html#file-headers
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import columns
from .delimited import find_delimiter, table
from .entries import BadFile, Entry, Skipped
from .markup import plain_text
from .text_lines import TextFile, sample

_SEPARATORS = {
    "tab": "\t",
    "comma": ",",
    "semicolon": ";",
    "space": " ",
    "pipe": "|",
    "colon": ":",
}
_SIDE_COLUMNS = ("notetype column", "deck column", "guid column")


class AnkiTextFile:
    """The first two columns that are not Anki's own are word and translation, unless named."""

    total: int | None = None

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        text = sample(path, encoding)
        self._headers = headers_of(text)
        body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        self._delimiter = self._separator() or find_delimiter(body, path.name)
        self._lines = TextFile(path, encoding)
        self._html = self._headers.get("html", "").casefold() == "true"

    def __iter__(self) -> Iterator[Entry | Skipped]:
        layout: columns.Columns | None = None
        tags = tuple(self._headers.get("tags", "").split())
        for place, cells in table(self._lines, self._delimiter):
            if isinstance(cells, str):
                yield Skipped(place, "", cells)
            elif any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                layout = layout or self._layout(len(cells))
                if self._html:
                    cells = [plain_text(cell) for cell in cells]
                entry = layout.entry(place, cells)
                yield replace(entry, tags=entry.tags + tags) if isinstance(entry, Entry) else entry

    def close(self) -> None:
        self._lines.close()

    def _separator(self) -> str | None:
        told = self._headers.get("separator")
        if told is None:
            return None
        separator = _SEPARATORS.get(told.casefold(), told)
        if len(separator) != 1 or separator in '"\r\n':
            raise BadFile(f"The line #separator:{told} names no separator.")
        return separator

    def _layout(self, count: int) -> columns.Columns:
        if named := self._headers.get("columns"):
            names = next(csv.reader([named], delimiter=self._delimiter))
            if layout := columns.by_name(names):
                return layout
        tags = self._position("tags column")
        aside = {self._position(name) for name in _SIDE_COLUMNS} | {tags}
        words = [at for at in range(count) if at not in aside]
        return columns.Columns(
            word=words[0] if words else None,
            translation=words[1] if len(words) > 1 else None,
            tags=tags,
        )

    def _position(self, name: str) -> int | None:
        told = self._headers.get(name, "").strip()
        return int(told) - 1 if len(told) < 4 and told.isascii() and told.isdigit() else None


def headers_of(text: str) -> dict[str, str]:
    """The header lines at the beginning of ``text``, by name in small letters."""
    headers: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.startswith("#") or not colon:
            break
        headers[name[1:].strip().casefold()] = value.strip()
    return headers
