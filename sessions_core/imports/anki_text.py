"""Reads Anki's "Notes in Plain Text": a table after header lines such as ``#separator:tab``.

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
    """Unless columns are named, the first two not used by Anki are word and translation."""

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
        given = self._headers.get("separator")
        if given is None:
            return None
        separator = _SEPARATORS.get(given.casefold(), given)
        if len(separator) != 1 or separator in '"\r\n':
            raise BadFile(f"The line #separator:{given} names no separator.")
        return separator

    def _layout(self, count: int) -> columns.Columns:
        if named := self._headers.get("columns"):
            names = next(csv.reader([named], delimiter=self._delimiter))
            if layout := columns.by_name(names):
                return layout
        tags = self._position("tags column")
        reserved = {self._position(name) for name in _SIDE_COLUMNS} | {tags}
        words = [at for at in range(count) if at not in reserved]
        return columns.Columns(
            word=words[0] if words else None,
            translation=words[1] if len(words) > 1 else None,
            tags=tags,
        )

    def _position(self, name: str) -> int | None:
        text = self._headers.get(name, "").strip()
        return int(text) - 1 if len(text) < 4 and text.isascii() and text.isdigit() else None


def headers_of(text: str) -> dict[str, str]:
    """Returns the header lines at the start of ``text``, by name in lower case."""
    headers: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not line.startswith("#") or not colon:
            break
        headers[name[1:].strip().casefold()] = value.strip()
    return headers
