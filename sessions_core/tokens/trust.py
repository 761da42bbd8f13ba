"""Verified tokens, trusted for a while: the hot path of every request that carries one."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from ..actor import Actor
from ..app_settings import app_settings
from .claims import FAMILY, MAX_LENGTH, InvalidToken, decode, holders

MAX_CACHED = 20_000
# Tokens looked over at each look at the database.
ALONG = 64


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    actor: Actor
    expires_at: datetime
    jti: str


@dataclass(slots=True)
class _Known:
    """A verified token in the cache. ``expires`` is POSIX time, ``checked`` the monotonic clock.

    The claims in ``payload`` outlast the trust: a token that is checked again is not decoded again.
    ``is_used`` says that it came since it was last checked.
    """

    token: VerifiedToken
    family: str
    expires: float
    checked: float
    payload: dict[str, Any]
    is_used: bool = False


# Those looked over longest ago come first.
_known: OrderedDict[bytes, _Known] = OrderedDict()
_lock = threading.Lock()


def verify(token: str) -> VerifiedToken:
    """Who an access token stands for. Thread-safe; asks the database on first sight and every
    ``TOKEN_TRUST_SECONDS``, so a revocation anywhere is noticed within that time.

    Raises ``InvalidToken``, or ``Unavailable`` where the database does not answer.
    """
    trusted = verify_cached(token)
    if trusted is not None:
        return trusted
    (verified,) = verify_many([token])
    if isinstance(verified, InvalidToken):
        raise verified
    return verified


def verify_cached(token: str) -> VerifiedToken | None:
    """``verify`` where that needs no query, else ``None``: safe to call on an event loop."""
    known = _known.get(_digest(token))
    if known is None or time.monotonic() - known.checked > app_settings.TOKEN_TRUST_SECONDS:
        return None
    if known.expires <= time.time():
        raise InvalidToken("Token is expired")
    known.is_used = True
    return known.token


class Look:
    """One look at ``tokens``, and at others in use whose trust soon ends: one each would cost more
    than most requests do. ``payloads`` are the claims of those whose holders are to be found, in
    the order in which ``conclude`` takes these.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self._at = time.monotonic()  # Before the query, which does not see what happens during it.
        self._count = len(tokens)
        self._asked = [(_digest(token), _payload(token)) for token in tokens] + _soon_due(self._at)
        self.payloads = [payload for _, payload in self._asked if isinstance(payload, dict)]

    def conclude(self, holders: Iterable[Any]) -> list[VerifiedToken | InvalidToken]:
        """Whom each of the ``tokens`` stands for, trusted from now on; or why it does not."""
        users = iter(holders)
        found = [
            payload
            if isinstance(payload, InvalidToken)
            else _trust(digest, payload, next(users), self._at)
            for digest, payload in self._asked
        ]
        return found[: self._count]


def _soon_due(now: float) -> list[tuple[bytes, dict[str, Any] | InvalidToken]]:
    """Tokens that were used since they were checked, and have half of their trust behind them."""
    found: list[tuple[bytes, dict[str, Any] | InvalidToken]] = []
    with _lock:
        for _ in range(min(len(_known), ALONG)):
            digest, known = next(iter(_known.items()))
            if now - known.checked < app_settings.TOKEN_TRUST_SECONDS / 2:
                break
            _known.move_to_end(digest)  # The next look begins with another one.
            if known.is_used and known.expires > time.time():
                known.is_used = False
                found.append((digest, known.payload))
    return found


def verify_many(tokens: Sequence[str]) -> list[VerifiedToken | InvalidToken]:
    """``verify`` of each, asking the database once for all of them. Raises ``Unavailable``."""
    look = Look(tokens)
    return look.conclude(holders(look.payloads) if look.payloads else [])


def _payload(token: str) -> dict[str, Any] | InvalidToken:
    """The claims of a token, as they were decoded before or are decoded now."""
    try:
        known = _known.get(_digest(token))
        if known is not None and known.expires > time.time():
            return known.payload
        return decode(token, AccessToken)
    except InvalidToken as refusal:
        return refusal


def _trust(
    digest: bytes, payload: dict[str, Any], user: Any, checked: float
) -> VerifiedToken | InvalidToken:
    if isinstance(user, InvalidToken):
        with _lock:
            _known.pop(digest, None)
        return user
    verified = VerifiedToken(
        Actor(user_id=user.pk, is_staff=user.is_staff),
        datetime.fromtimestamp(payload["exp"], UTC),
        payload[api_settings.JTI_CLAIM],
    )
    with _lock:
        family = payload.get(FAMILY, "")
        _known[digest] = _Known(verified, family, payload["exp"], checked, payload)
        _known.move_to_end(digest)
        if len(_known) > MAX_CACHED:
            _known.popitem(last=False)
    return verified


def drop(name: str) -> None:
    """Trust no token of this id or family any more, in this process."""
    with _lock:
        gone = [key for key, known in _known.items() if name in (known.family, known.token.jti)]
        for digest in gone:
            del _known[digest]


def forget() -> None:
    """Empty this process's cache."""
    with _lock:
        _known.clear()


def _digest(token: str) -> bytes:
    if len(token) > MAX_LENGTH:
        raise InvalidToken("Token is too long")
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=16).digest()
