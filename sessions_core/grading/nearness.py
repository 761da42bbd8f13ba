"""Compares a wrong answer with an accepted one, and describes a near miss."""

from dataclasses import dataclass
from unicodedata import combining, normalize

from rapidfuzz.distance import OSA

_TILDE = "\u0303"


@dataclass(frozen=True, slots=True)
class Nearness:
    """How far a near miss is from the accepted answer.

    ``words`` are the answer's words that the accepted one lacks, ``edits`` the number of changed
    letters, ``shortest`` the letters of the shortest word that differs. ``accents_only`` means that
    only accents differ; with ``enye``, one of them is the tilde of ñ, which is a letter in Spanish.
    """

    edits: int
    accents_only: bool
    enye: bool
    words: tuple[str, ...]
    shortest: int
    difference: str

    @property
    def rank(self) -> tuple[bool, int]:
        """A sort key; a smaller rank is nearer."""
        return not self.accents_only, self.edits


def near_miss(given: str, accepted: str) -> Nearness | None:
    """Compares two normalised, different texts. Returns ``None`` if they are too far apart.

    Texts with equally many words are compared word by word, so that "el perro" is not near
    "un perro". Different digits are never near: 1985 is no typo for 1984.
    """
    accents_only = bare(given) == bare(accepted)
    wrong, right = _differing_words(given, accepted)
    if not accents_only and not _near_enough(given, accepted, wrong, right):
        return None
    edits = OSA.distance(given, accepted)
    kind = "accent" if accents_only else _kind(given, accepted, edits)
    return Nearness(
        edits=edits,
        accents_only=accents_only,
        enye=_enyes(given) != _enyes(accepted),
        words=wrong,
        shortest=_shortest(wrong, right, accepted),
        difference=f'{kind}: "{" ".join(wrong) or given}" for "{" ".join(right) or accepted}"',
    )


def allowed_edits(given: str, accepted: str) -> int:
    """Returns the number of edits that still count as near, by the length of the longer text.

    It is none below three letters, where one edit turns most words into others, one up to seven
    letters, and two from eight on. Edits are insertions, deletions, substitutions and swaps of
    neighbours (optimal string alignment).
    """
    length = max(len(given), len(accepted))
    return 0 if length < 3 else 1 if length < 8 else 2


def bare(text: str) -> str:
    """Returns ``text`` without accents: "ano" for "año"."""
    if text.isascii():
        return text
    return "".join(letter for letter in normalize("NFD", text) if not combining(letter))


def _near_enough(given: str, accepted: str, wrong: tuple[str, ...], right: tuple[str, ...]) -> bool:
    if not _within(given, accepted) or _digits(given) != _digits(accepted):
        return False
    if given.count(" ") != accepted.count(" "):
        return True
    return all(
        _within(one, other) or bare(one) == bare(other)
        for one, other in zip(wrong, right, strict=True)
    )


def _within(given: str, accepted: str) -> bool:
    limit = allowed_edits(given, accepted)
    return OSA.distance(given, accepted, score_cutoff=limit) <= limit


def _digits(text: str) -> list[str]:
    return [sign for sign in text if sign.isdecimal()]


def _enyes(text: str) -> int:
    return normalize("NFD", text).count("n" + _TILDE)


def _differing_words(given: str, accepted: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the differing words of each; all that are not shared if the counts differ."""
    mine, theirs = given.split(), accepted.split()
    if len(mine) == len(theirs):
        pairs = [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]]
        return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)
    return (
        tuple(word for word in mine if word not in theirs),
        tuple(word for word in theirs if word not in mine),
    )


def _shortest(wrong: tuple[str, ...], right: tuple[str, ...], accepted: str) -> int:
    if wrong and len(wrong) == len(right):
        return min(max(len(one), len(other)) for one, other in zip(wrong, right, strict=True))
    return min(map(len, wrong), default=len(accepted))


def _kind(given: str, accepted: str, edits: int) -> str:
    if given.replace(" ", "") == accepted.replace(" ", ""):
        return "space"
    if edits > 1:
        return "spelling"
    if len(given) < len(accepted):
        return "missing letter"
    if len(given) > len(accepted):
        return "extra letter"
    return "swapped letters" if sorted(given) == sorted(accepted) else "wrong letter"
