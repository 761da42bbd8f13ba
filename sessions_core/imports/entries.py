"""What a parser gives: words, and the places where it could not read one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

# Past these a file is broken or hostile: no word is as long.
LONGEST_FIELD = 10_000
LONGEST_LINE = 1024 * 1024


class BadFile(Exception):
    """The file as a whole cannot be read. The text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word as its file tells it. ``place``: where it stands, as in "line 12"."""

    place: str
    word: str
    translation: str
    alternatives: tuple[str, ...] = ()
    explanation: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A place without a usable word. ``reason``: a few words that many places share."""

    place: str
    word: str
    reason: str


class Source(Protocol):
    """A file that is open for reading.

    ``total``: about how many entries it holds, where that is known beforehand.
    Iterating raises ``BadFile`` where the file turns out to be broken as a whole.
    """

    total: int | None

    def __iter__(self) -> Iterator[Entry | Skipped]: ...

    def close(self) -> None: ...
