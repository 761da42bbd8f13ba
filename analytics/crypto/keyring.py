"""The encryption keys of free text, from ``FIELD_ENCRYPTION_KEYS``, newest first.

A master key has an id and 32 random bytes. Each purpose gets its own subkey (HKDF-SHA256,
RFC 5869), so that the texts, the search index and the audit seal never share a key.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class Key:
    id: str
    master: bytes

    def subkey(self, purpose: str) -> bytes:
        """Derives the 32 bytes of the key for ``purpose``."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(self.master)

    @cached_property
    def text_cipher(self) -> AESGCM:
        return AESGCM(self.subkey("text"))

    @cached_property
    def index_key(self) -> bytes:
        return self.subkey("index")

    @cached_property
    def audit_key(self) -> bytes:
        return self.subkey("audit")


class Keyring:
    """Keys by id, newest first. Texts are encrypted with the newest and decrypted with any."""

    def __init__(self, keys: list[Key]) -> None:
        self._by_id = {key.id: key for key in keys}
        if len(self._by_id) != len(keys):
            raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS: two keys have the same id.")

    @property
    def newest(self) -> Key:
        return next(iter(self._by_id.values()))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_id.values())

    def get(self, key_id: str) -> Key | None:
        return self._by_id.get(key_id)


def keyring() -> Keyring:
    """Returns the configured keys. Raises ``ImproperlyConfigured`` for none, or an invalid one."""
    return _ring(tuple(getattr(settings, "FIELD_ENCRYPTION_KEYS", None) or ()))


@cache
def _ring(entries: tuple[str, ...]) -> Keyring:
    if not entries:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS is not set. Set it to id:key, the key being 32 random bytes in "
            "base64 (several keys: separated by commas, the newest first)."
        )
    return Keyring([_parse(entry) for entry in entries])


def _parse(entry: str) -> Key:
    key_id, _, encoded = entry.strip().partition(":")
    if not _KEY_ID.fullmatch(key_id):
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS: a key's id is 1 to 32 letters, digits, - or _."
        )
    try:
        master = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        master = b""
    if len(master) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"FIELD_ENCRYPTION_KEYS: key {key_id!r} must be {KEY_BYTES} bytes in base64."
        )
    return Key(key_id, master)
