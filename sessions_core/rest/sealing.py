"""AES-256-GCM under a key derived from ``SECRET_KEY``, for bytes that are kept a short time."""

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


@cache
def _cipher(secret: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sessions_core.rest.sealing")
    return AESGCM(derive.derive(secret.encode()))


def seal(plain: bytes, bound_to: bytes) -> bytes:
    """Nonce and ciphertext. Only the same ``bound_to`` opens it, so rows cannot be swapped."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, plain, bound_to)


def unseal(sealed: bytes, bound_to: bytes) -> bytes:
    """Raises ``InvalidTag`` where no present or former secret key opens it."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret).decrypt(nonce, ciphertext, bound_to)
        except InvalidTag:
            continue
    raise InvalidTag
