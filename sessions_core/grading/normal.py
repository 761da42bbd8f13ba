"""Normalises answers for comparison."""

from functools import lru_cache
from unicodedata import normalize

# Punctuation: Latin, Greek (its question mark is ";" after NFC), Arabic, Devanagari, East Asian.
_EDGES = " .,;:!?…¡¿؟،؛।。！？，、"

# Zero-width space, soft hyphen, directional and variation marks, which keyboards and pasting insert
# unseen. The zero-width joiners are left out, since they change how words are read.
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
    """Removes differences of case, outer punctuation, and encoding of the same letter.

    NFC is used because NFKC would make "²" equal to "2". Case is folded, so "straße" equals
    "STRASSE". A text of only punctuation stays as it is, so that it cannot equal an empty answer.
    """
    if not text.isascii():
        text = normalize("NFC", text).translate(_SAME)
        # Case folding can decompose a letter ("İ").
        text = normalize("NFC", text.casefold())
    else:
        text = text.casefold()
    text = " ".join(text.split())
    return text.strip(_EDGES) or text


# The cache saves normalising the accepted answers of popular items each time.
normalised_accepted = lru_cache(maxsize=8192)(normalise)
