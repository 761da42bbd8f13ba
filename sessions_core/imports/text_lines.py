"""Reads text files line by line, with a limit to the length of a line."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TextIO

from .entries import MAX_LINE_LENGTH, BadFile

_SAMPLE = 64 * 1024


class OverlongLine(Exception):
    """A line was over the limit and left out; reading can go on after it."""


class TextFile:
    """Iterates over the lines of a text file; ``number`` counts them from 1.

    The encoding is UTF-8, or UTF-16 with a byte order mark, unless ``encoding`` names another.
    """

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.path = path
        self.encoding = encoding or encoding_of(path)
        self.number = 0
        self._file = _open(path, self.encoding)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._line()
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) <= MAX_LINE_LENGTH:
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._line()
        raise OverlongLine

    def read(self, size: int) -> str:
        """Reads at most ``size`` characters."""
        return self._reading(lambda: self._file.read(size))

    def close(self) -> None:
        self._file.close()

    def _line(self) -> str:
        return self._reading(lambda: self._file.readline(MAX_LINE_LENGTH + 1))

    def _reading(self, read: Callable[[], str]) -> str:
        try:
            return read()
        except UnicodeError:
            raise BadFile(
                f"{self.path.name} is not in {self.encoding} (after line {self.number}). "
                "Name its encoding with --encoding, for example --encoding cp1252."
            ) from None


def sample(path: Path, encoding: str | None) -> str:
    """Returns the start of the file, up to the end of a line if possible."""
    with closing(TextFile(path, encoding)) as lines:
        text = lines.read(_SAMPLE)
    whole, end, _ = text.rpartition("\n")
    return whole + end if end and len(text) == _SAMPLE else text


def encoding_of(path: Path) -> str:
    """Returns UTF-16 if the file starts with its byte order mark, or else UTF-8."""
    try:
        with path.open("rb") as file:
            start = file.read(3)
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
    utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if utf16 else "utf-8-sig"


def _open(path: Path, encoding: str) -> TextIO:
    try:
        return path.open(encoding=encoding, newline="")
    except LookupError:
        raise BadFile(f"There is no text encoding named {encoding!r}.") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
