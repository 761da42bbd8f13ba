"""Finds the meaning of columns by their names, or else by their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .entries import MAX_FIELD_LENGTH, Entry, Skipped

_NAMES = {
    "word": {"word", "front", "term", "prompt", "source", "headword", "question", "expression"},
    "translation": {"translation", "back", "answer", "target", "meaning", "definition"},
    "alternatives": {"alternatives", "alternative", "also", "synonyms"},
    "explanation": {"explanation", "note", "notes", "hint"},
    "tags": {"tags", "tag"},
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names}
_ANSWER = re.compile(r"(?:&#?\w{1,10};|[^;|])+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The positions of the columns, counted from 0; ``None`` for a missing column."""

    word: int | None = 0
    translation: int | None = 1
    alternatives: int | None = None
    explanation: int | None = None
    tags: int | None = None

    def entry(self, place: str, cells: Sequence[str]) -> Entry | Skipped:
        """Returns the entry in ``cells``; missing cells count as empty."""
        word = self._cell(cells, self.word)
        if any(len(cell) > MAX_FIELD_LENGTH for cell in cells):
            return Skipped(place, word[:50], f"field over {MAX_FIELD_LENGTH} characters")
        first, *others = split_answers(self._cell(cells, self.translation)) or [""]
        others += split_answers(self._cell(cells, self.alternatives))
        return Entry(
            place=place,
            word=word,
            translation=first,
            alternatives=tuple(others),
            explanation=self._cell(cells, self.explanation),
            tags=tuple(re.split(r"[\s,;]+", self._cell(cells, self.tags))),
        )

    @staticmethod
    def _cell(cells: Sequence[str], position: int | None) -> str:
        return cells[position].strip() if position is not None and position < len(cells) else ""


BY_ORDER = Columns(word=0, translation=1, alternatives=2, tags=3)


def by_name(names: Sequence[str]) -> Columns | None:
    """Finds columns by name; returns ``None`` unless a word and a translation are found."""
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        if role := _ROLES.get(name.strip().casefold()):
            found.setdefault(role, at)
    if "word" not in found or "translation" not in found:
        return None
    return Columns(**{**dict.fromkeys(_NAMES), **found})


def split_answers(text: str) -> list[str]:
    """Splits ``text`` at ";" and "|", but not at the end of "&amp;".

    A comma may be part of an answer ("sí, claro").
    """
    return [part for piece in _ANSWER.findall(text) if (part := piece.strip())]
