"""Creates and parses session ids, and computes the keyed digests that the database stores.

Knowing the id is enough to use a session, so the database stores only a digest: neither a stolen
dump nor a reader of the admin can use a session. ``SECRET_KEY_FALLBACKS`` are honoured.
"""

import hmac
import re
from hashlib import sha256
from uuid import UUID, uuid4

from django.conf import settings

from .errors import InvalidSessionId

_VERSION_4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII
)


def new_id() -> UUID:
    return uuid4()


def parse(text: object) -> UUID:
    """Parses an id. Raises ``InvalidSessionId`` unless it is a canonical UUID of version 4."""
    if not isinstance(text, str) or not _VERSION_4.fullmatch(text.lower()):
        raise InvalidSessionId
    return UUID(text)


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _keyed(purpose: str, secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), f"anonymous_sessions.{purpose}:".encode() + message, sha256)


def digest(purpose: str, message: bytes) -> UUID:
    """Returns a keyed digest of 128 bits, from which ``message`` cannot be derived."""
    return UUID(bytes=_keyed(purpose, settings.SECRET_KEY, message)[:16])


def digests(purpose: str, message: bytes) -> list[UUID]:
    """Returns the digests under the current secret and under those it replaced, in this order."""
    return [UUID(bytes=_keyed(purpose, secret, message)[:16]) for secret in _secrets()]


def id_digest(session_id: UUID) -> UUID:
    return digest("id", session_id.bytes)


def id_digests(session_id: UUID) -> list[UUID]:
    return digests("id", session_id.bytes)
