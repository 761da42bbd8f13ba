"""Reads CSV and similar tables of words, with or without a header line."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from . import columns
from .entries import MAX_LINE_LENGTH, BadFile, Entry, Skipped
from .text_lines import OverlongLine, TextFile, sample

_DELIMITERS = "\t;,|"
_JUDGED_ROWS = 50


class DelimitedFile:
    """A table of words. ``find_delimiter`` finds the delimiter."""

    total: int | None = None

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._delimiter = find_delimiter(sample(path, encoding), path.name)
        self._lines = TextFile(path, encoding)

    def __iter__(self) -> Iterator[Entry | Skipped]:
        layout: columns.Columns | None = None
        for place, cells in table(self._lines, self._delimiter):
            if isinstance(cells, str):
                yield Skipped(place, "", cells)
            elif any(cell.strip() for cell in cells):
                if layout is None:
                    layout = columns.by_name(cells)
                    if layout is not None:
                        continue
                    layout = columns.BY_ORDER
                yield layout.entry(place, cells)

    def close(self) -> None:
        self._lines.close()


def table(lines: TextFile, delimiter: str) -> Iterator[tuple[str, list[str] | str]]:
    """Yields the place of each row with its cells, or with the reason why it is unreadable."""
    # Strict, so that an unmatched quotation mark is reported instead of joining further lines.
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = lines.number + 1
        try:
            cells: list[str] | str = next(rows)
        except StopIteration:
            return
        except OverlongLine:
            cells = f"line over {MAX_LINE_LENGTH:,} characters"
        except csv.Error:
            cells = f"stray quotation mark, or field over {csv.field_size_limit():,} characters"
        yield _place(first, lines.number), cells


def find_delimiter(text: str, name: str) -> str:
    """Returns the delimiter that splits most of the first rows into the same number of cells.

    Among equals, one that makes the first row a header is preferred, then the one that comes first
    in that row, since words contain fewer of these characters than translations. Raises
    ``BadFile`` if none splits a row.
    """
    rows = [line for line in text.splitlines() if line.strip()][:_JUDGED_ROWS]
    if not rows:
        return ","

    def score(delimiter: str) -> tuple[int, bool, int]:
        header = columns.by_name(next(csv.reader(rows[:1], delimiter=delimiter)))
        return _evenness(rows, delimiter), header is not None, -rows[0].find(delimiter)

    best = max(_DELIMITERS, key=score)
    if not _evenness(rows, best):
        raise BadFile(
            f"{name} has one column. A line must hold a word and its translation, "
            "separated by a comma, a semicolon, a tab or a bar."
        )
    return best


def _evenness(lines: list[str], delimiter: str) -> int:
    counts = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter))
    del counts[1]
    return max(counts.values(), default=0)


def _place(first: int, last: int) -> str:
    return f"line {first}" if first >= last else f"lines {first}-{last}"
