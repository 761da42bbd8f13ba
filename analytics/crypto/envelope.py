"""AES-256-GCM with the place of the text as associated data (NIST SP 800-38D).

An envelope is ``version | key id length | key id | nonce (12) | ciphertext and tag``. The place
(table, column, row id) is authenticated with it, so an envelope copied to another row or column
does not open.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from .keyring import keyring

VERSION = 1
NONCE_BYTES = 12


class Unreadable(Exception):
    """The envelope was altered, moved or cut, or its key is gone. Never names the text."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope as the database holds it."""

    envelope: bytes

    @property
    def key_id(self) -> str:
        """Raises ``Unreadable`` for bytes that are no envelope."""
        return _split(self.envelope)[0]


def place(table: str, column: str, row_id: object) -> bytes:
    return f"{table}\x1f{column}\x1f{row_id}".encode()


def seal(text: str, where: bytes) -> Sealed:
    """``text`` under the newest key, bound to ``where``."""
    key = keyring().newest
    header = bytes([VERSION, len(key.id)]) + key.id.encode()
    nonce = os.urandom(NONCE_BYTES)
    body = key.text_cipher.encrypt(nonce, text.encode(), header + where)
    return Sealed(header + nonce + body)


def unseal(sealed: Sealed, where: bytes) -> str:
    """The text of an envelope made for ``where``. Raises ``Unreadable``."""
    key_id, header, nonce, body = _split(sealed.envelope)
    key = keyring().get(key_id)
    if key is None:
        raise Unreadable(f"No key {key_id!r} in FIELD_ENCRYPTION_KEYS")
    try:
        return key.text_cipher.decrypt(nonce, body, header + where).decode()
    except InvalidTag:
        raise Unreadable("An encrypted value was altered or moved") from None


def _split(envelope: bytes) -> tuple[str, bytes, bytes, bytes]:
    try:
        end_of_header = 2 + envelope[1]
        if envelope[0] != VERSION:
            raise Unreadable("An encrypted value has an unknown form")
        key_id = envelope[2:end_of_header].decode("ascii")
    except (IndexError, UnicodeDecodeError):
        raise Unreadable("An encrypted value was cut or altered") from None
    body_at = end_of_header + NONCE_BYTES
    nonce, body = envelope[end_of_header:body_at], envelope[body_at:]
    if len(nonce) < NONCE_BYTES or len(body) < 16:
        raise Unreadable("An encrypted value was cut")
    return key_id, envelope[:end_of_header], nonce, body
