"""Encrypts texts with AES-256-GCM (NIST SP 800-38D).

An envelope is ``version | key id length | key id | nonce (12) | ciphertext and tag``. The
associated data are table, column and row id, so that an envelope that is copied to another row or
column cannot be decrypted.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from .keyring import keyring

VERSION = 1
NONCE_BYTES = 12


class DecryptionError(Exception):
    """The envelope was altered, moved or cut, or its key is gone. The message omits the text."""


@dataclass(frozen=True, slots=True)
class EncryptedValue:
    """An envelope as the database stores it."""

    envelope: bytes

    @property
    def key_id(self) -> str:
        """The id of its key. Raises ``DecryptionError`` for bytes that are no envelope."""
        return _split(self.envelope)[0]


def associated_data(table: str, column: str, row_id: object) -> bytes:
    return f"{table}\x1f{column}\x1f{row_id}".encode()


def encrypt(text: str, where: bytes) -> EncryptedValue:
    """Encrypts ``text`` with the newest key and the associated data ``where``."""
    key = keyring().newest
    header = bytes([VERSION, len(key.id)]) + key.id.encode()
    nonce = os.urandom(NONCE_BYTES)
    body = key.text_cipher.encrypt(nonce, text.encode(), header + where)
    return EncryptedValue(header + nonce + body)


def decrypt(value: EncryptedValue, where: bytes) -> str:
    """Returns the text of a value encrypted with the associated data ``where``.

    Raises ``DecryptionError``.
    """
    key_id, header, nonce, body = _split(value.envelope)
    key = keyring().get(key_id)
    if key is None:
        raise DecryptionError(f"No key {key_id!r} in FIELD_ENCRYPTION_KEYS")
    try:
        return key.text_cipher.decrypt(nonce, body, header + where).decode()
    except InvalidTag:
        raise DecryptionError("An encrypted value was altered or moved") from None


def _split(envelope: bytes) -> tuple[str, bytes, bytes, bytes]:
    try:
        end_of_header = 2 + envelope[1]
        if envelope[0] != VERSION:
            raise DecryptionError("An encrypted value has an unknown form")
        key_id = envelope[2:end_of_header].decode("ascii")
    except (IndexError, UnicodeDecodeError):
        raise DecryptionError("An encrypted value was cut or altered") from None
    body_at = end_of_header + NONCE_BYTES
    nonce, body = envelope[end_of_header:body_at], envelope[body_at:]
    if len(nonce) < NONCE_BYTES or len(body) < 16:
        raise DecryptionError("An encrypted value was cut")
    return key_id, envelope[:end_of_header], nonce, body
