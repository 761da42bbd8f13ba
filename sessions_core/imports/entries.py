"""The output of a parser: entries, and the places where it could not read one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

# No word is as long, so a file beyond these limits is damaged or hostile.
MAX_FIELD_LENGTH = 10_000
MAX_LINE_LENGTH = 1024 * 1024


class BadFile(Exception):
    """The file as a whole cannot be read. The message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word as read from its file. ``place`` is where it was found, as in "line 12"."""

    place: str
    word: str
    translation: str
    alternatives: tuple[str, ...] = ()
    explanation: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A place without a usable word. ``reason`` is a short text, which imports count by."""

    place: str
    word: str
    reason: str


class Source(Protocol):
    """A file that is open for reading.

    ``total`` is the approximate number of entries, or ``None`` if it is unknown.
    Iterating raises ``BadFile`` if the file turns out to be unreadable as a whole.
    """

    total: int | None

    def __iter__(self) -> Iterator[Entry | Skipped]: ...

    def close(self) -> None: ...
