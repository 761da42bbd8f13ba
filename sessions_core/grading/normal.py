"""The form in which answers are compared."""

from functools import lru_cache
from unicodedata import normalize

# Latin, Greek (its question mark is ";" after NFC), Arabic, Devanagari and East Asian marks.
_EDGES = " .,;:!?…¡¿؟،؛।。！？，、"

# Zero-width space, soft hyphen, directional and variation marks: keyboards and pasting bring them
# in and nobody sees them. The zero-width joiners stay, since they change how words are read.
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u2060\ufeff\ufe0e\ufe0f\u061c" + "".join(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
_SAME = {
    **{ord(mark): None for mark in _INVISIBLE},
    **{ord(mark): "'" for mark in "‘’ʼ‛′´＇"},
    **{ord(mark): '"' for mark in "“”„‟«»″＂"},
    **{ord(mark): "-" for mark in "‐‑"},
}


def normalise(text: str) -> str:
    """``text`` without what a judge must not see: case, outer marks, spelling of the same letter.

    NFC rather than NFKC: compatibility folding would make "²" equal to "2". Case is folded, so
    "straße" equals "STRASSE". A text of nothing but punctuation stays as it is, so that it cannot
    equal an empty answer.
    """
    if not text.isascii():
        text = normalize("NFC", text).translate(_SAME)
        # Folding can take a letter apart again ("İ").
        text = normalize("NFC", text.casefold())
    else:
        text = text.casefold()
    text = " ".join(text.split())
    return text.strip(_EDGES) or text


# The accepted answers of a popular item are compared again and again.
normalised_accepted = lru_cache(maxsize=8192)(normalise)
