"""Opaque public ids: letters only, computed from the integer id, so no column and no index."""

from functools import cache, lru_cache

from sqids import Sqids

from .app_settings import app_settings
from .errors import SessionNotFound


@cache
def _codec(alphabet: str, min_length: int) -> Sqids:
    return Sqids(alphabet=alphabet, min_length=min_length)


def _sqids() -> Sqids:
    return _codec(app_settings.PUBLIC_ID_ALPHABET, app_settings.PUBLIC_ID_MIN_LENGTH)


def encode(number: int) -> str:
    return _sqids().encode([number])


MAX_ID = 2**63 - 1


def decode(text: str) -> int | None:
    """The integer id that ``text`` names: digits are the id itself, letters a public id.

    ``None`` for anything else, a number out of the column's range and a non-canonical spelling
    included.
    """
    if text.isascii() and text.isdigit():
        number = int(text) if len(text) <= 19 else MAX_ID + 1
        return number if 0 < number <= MAX_ID else None
    if not (text.isascii() and text.isalpha() and len(text) <= 32):
        return None
    return _decoded(_sqids(), text)


# A session's id comes with each of its answers, and costs more to decode than to judge one.
@lru_cache(maxsize=16384)
def _decoded(codec: Sqids, text: str) -> int | None:
    numbers = codec.decode(text)
    if len(numbers) != 1 or numbers[0] > MAX_ID or codec.encode(numbers) != text:
        return None
    return numbers[0]


def session_id_for(given: object) -> int:
    """The row id that a path or body names: an integer, its digits, or a public id.

    Raises ``SessionNotFound`` for any other spelling.
    """
    number = decode(str(given))
    if number is None or isinstance(given, bool):
        raise SessionNotFound(given)
    return number
