"""A keyed index of words: it makes encrypted texts searchable without decrypting them.

Each word is folded (case, accents), stemmed as English (Porter2, Porter 2001, "Snowball") and
replaced by its HMAC-SHA256 under the newest key. A stolen table shows which rows share a word and
how often, but not the word.
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
    """Returns the stems in ``text``: "Listening", "listened" and "LISTENS" have the same one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    # A stemmer has state while it works, so threads must not share one.
    stemmer = snowballstemmer.stemmer("english")
    return set(stemmer.stemWords(_WORD.findall(folded)))


def digests(text: str, key: Key | None = None) -> set[bytes]:
    """Returns one digest for each distinct word, under ``key`` or else the newest key."""
    index_key = (key or keyring().newest).index_key
    return {_digest(index_key, word) for word in words(text)}


def query_digests(text: str) -> list[list[bytes]]:
    """Returns each word's digests under all keys, so that rows not yet rotated are found too."""
    keys = [key.index_key for key in keyring()]
    return [[_digest(key, word) for key in keys] for word in sorted(words(text))]


def _digest(index_key: bytes, word: str) -> bytes:
    return hmac.new(index_key, word.encode(), hashlib.sha256).digest()[:DIGEST_BYTES]
