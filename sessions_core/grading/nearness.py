"""How a wrong answer differs from an accepted one, where it nearly is one."""

from dataclasses import dataclass
from unicodedata import combining, normalize

from rapidfuzz.distance import OSA

_TILDE = "\u0303"


@dataclass(frozen=True, slots=True)
class Nearness:
    """``words`` are those of the answer that the accepted one has not; ``edits`` counts letters.

    ``shortest``: letters in the shortest of the words concerned.

    ``accents_only``: the letters agree and only marks on them differ. ``enye``: one of them is the
    tilde of an ñ, which Spanish counts as a letter of its own.
    """

    edits: int
    accents_only: bool
    enye: bool
    words: tuple[str, ...]
    shortest: int
    difference: str

    @property
    def rank(self) -> tuple[bool, int]:
        """Smaller is nearer."""
        return not self.accents_only, self.edits


def near_miss(given: str, accepted: str) -> Nearness | None:
    """Compare two normalised, different texts. ``None`` when they are too far apart.

    Word by word where both have as many words, so that "el perro" is not near "un perro".
    Differing digits are never near: 1985 is no slip for 1984.
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
    """Slips of the keyboard that still count as near, by the length of the longer text.

    None below three letters, where one edit makes another word out of most; one up to seven; two
    from eight on. Edits are insertions, deletions, changes and swaps of neighbours (optimal string
    alignment).
    """
    length = max(len(given), len(accepted))
    return 0 if length < 3 else 1 if length < 8 else 2


def bare(text: str) -> str:
    """``text`` without the marks on its letters: "ano" for "año"."""
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
    """The words on which the two disagree, of each; all that are not shared if counts differ."""
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
