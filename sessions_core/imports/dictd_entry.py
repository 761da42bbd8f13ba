"""Parses an entry of a FreeDict dictionary: headword, pronunciation and translations.

account /əkaunt/ <n>
1. información
2. cuenta <f>, factura
 see: {bill}
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..catalogue.rows import MAX_ALTERNATIVES
from .entries import Entry

_HEAD = re.compile(r"^(?P<word>.*?)(?:\s+/(?P<sound>[^/]*)/)?(?:\s*(?:<[^<>]*>|\(\)))*\s*$")
_OTHER_LINE = re.compile(r"^(?:\s{2,}|\s*(?:[\w -]{1,20}:\s|\"|$))")
_NUMBER = re.compile(r"^\s*\d+\.\s+")
_LABEL = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}")
_CUT = re.compile(r"[,;](?![^(]*\))")
_PATTERN = re.compile(r"\.\.\.|%[a-z]")  # "hace...", something to fill in rather than an answer
_STRESS = "ˈˌ"


@dataclass(frozen=True, slots=True)
class DictdEntry:
    """``sound`` is the pronunciation between slashes, or empty."""

    place: str
    word: str
    sound: str
    translations: tuple[str, ...]

    @property
    def sound_rank(self) -> tuple[bool, int]:
        """A sort key; the smallest is most likely the pronunciation of the headword alone.

        In the English-Spanish dictionary, pronunciations with stress marks belong to cut words.
        """
        return any(mark in self.sound for mark in _STRESS), len(self.sound)

    def as_entry(self) -> Entry:
        return joined([self]) if self.translations else Entry(self.place, self.word, "")


def parse(place: str, headword: str, text: str) -> DictdEntry:
    """Parses ``text``. The ``headword`` of the index is used if the first line has none.

    The first translation is the answer, and those of all senses that follow are alternatives.
    """
    first, _, rest = text.partition("\n")
    head = _HEAD.match(first)
    word = _LABEL.sub("", head["word"]).strip() if head else ""
    found: dict[str, None] = {}
    for line in rest.split("\n"):
        if not _OTHER_LINE.match(line):
            found.update(dict.fromkeys(translations_of(line)))
    return DictdEntry(place, word or headword, (head and head["sound"]) or "", tuple(found))


def translations_of(line: str) -> list[str]:
    """Returns the translations on one line of a sense, without number and labels."""
    text = _LABEL.sub("", _NUMBER.sub("", line))
    parts = (piece.strip() for piece in _CUT.split(text))
    return [part for part in parts if part and not _PATTERN.search(part)]


def joined(entries: Sequence[DictdEntry]) -> Entry:
    """Joins entries of the same word; the first translation is the answer."""
    found = dict.fromkeys(text for entry in entries for text in entry.translations)
    first, *others = found
    return Entry(entries[0].place, entries[0].word, first, tuple(others[:MAX_ALTERNATIVES]))
