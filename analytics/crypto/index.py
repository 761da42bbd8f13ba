"""A keyed index of words, so that encrypted text can be searched without being opened.

Each word is folded (case, accents), stemmed as English (Porter2, Porter 2001, "Snowball") and
replaced by its HMAC-SHA256 under the newest key. Who steals the table sees which rows share a word
and how often, not which word.
"""

import hashlib
import hmac
import re
import unicodedata

import snowballstemmer

from .keyring import Key, keyring

DIGEST_BYTES = 16
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> set[str]:
    """The searchable words of ``text``: "Listening", "listened" and "LISTENS" are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    # A stemmer holds state while it works, so threads must not share one.
    stemmer = snowballstemmer.stemmer("english")
    return set(stemmer.stemWords(_WORD.findall(folded)))


def digests(text: str, key: Key | None = None) -> set[bytes]:
    """One digest for each distinct word, under ``key`` or the newest."""
    index_key = (key or keyring().newest).index_key
    return {_digest(index_key, word) for word in words(text)}


def query_digests(text: str) -> list[list[bytes]]:
    """For each word asked for, its digest under every key: rows not yet rotated are found too."""
    keys = [key.index_key for key in keyring()]
    return [[_digest(key, word) for key in keys] for word in sorted(words(text))]


def _digest(index_key: bytes, word: str) -> bytes:
    return hmac.new(index_key, word.encode(), hashlib.sha256).digest()[:DIGEST_BYTES]
