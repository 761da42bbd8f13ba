"""Verified tokens, trusted for a while: the hot path of every request that carries one."""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from ..actor import Actor
from ..app_settings import app_settings
from ..lifecycle.statements import Asking
from .claims import FAMILY, MAX_LENGTH, InvalidToken, decode, holders, holding

MAX_CACHED = 20_000
# Tokens looked at along with one that needs it: a statement for each would cost more than most
# requests do themselves.
COMPANY = 64


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    actor: Actor
    expires_at: datetime
    jti: str


@dataclass(slots=True)
class _Known:
    """A verified token in the cache. ``expires`` is POSIX time, ``checked`` the monotonic clock.

    ``used``: since it was last checked in another's company.
    """

    token: VerifiedToken
    family: str
    expires: float
    checked: float
    payload: dict[str, Any]
    used: bool = True


# In the order in which they were checked.
_known: OrderedDict[bytes, _Known] = OrderedDict()
# Out of use, and trusted no more; but what they say is known, should they come back.
_resting: OrderedDict[bytes, _Known] = OrderedDict()
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


def _is_due(known: _Known, now: float) -> bool:
    return now - known.checked >= app_settings.TOKEN_TRUST_SECONDS / 2


def _due(now: float, but: Collection[bytes]) -> list[tuple[bytes, _Known]]:
    """Tokens in use whose trust soon ends, longest ago first. Those out of use are let go."""
    found: list[tuple[bytes, _Known]] = []
    with _lock:
        while _known and len(found) < COMPANY:
            digest, known = next(iter(_known.items()))
            if not _is_due(known, now):
                break
            del _known[digest]
            if known.expires <= time.time():
                continue
            if known.used and digest not in but:
                found.append((digest, known))
            else:
                _rest(digest, known)
        # They hold until they have been looked at, and one request is enough to do that.
        for digest, known in found:
            known.used = False
            _known[digest] = known
    return found


class _Look:
    """One look at ``tokens``, and at others whose trust soon ends.

    ``payloads``: the claims of those whose holders are to be found, in the order in which
    ``conclude`` takes these.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self._at = time.monotonic()  # Before the query: what happens during it is not yet seen.
        self._asked = [(_digest(token), _payload(token)) for token in tokens]
        known = [payload for _, payload in self._asked if isinstance(payload, dict)]
        # What is no token of ours costs no query.
        wanted = bool(known or not tokens)
        but = [digest for digest, _ in self._asked]
        self._company = _due(self._at, but) if wanted else []
        self.payloads = [*known, *(other.payload for _, other in self._company)]

    def conclude(self, holders: Iterable[Any]) -> list[VerifiedToken | InvalidToken]:
        users = iter(holders)
        found = [
            payload
            if isinstance(payload, InvalidToken)
            else _trust(digest, payload, next(users), self._at)
            for digest, payload in self._asked
        ]
        _trust_again(self._company, users, self._at)
        return found


def verify_many(tokens: Sequence[str]) -> list[VerifiedToken | InvalidToken]:
    """``verify`` of each, asking the database once for all of them; and for tokens in use whose
    trust soon ends, before somebody has to wait for that. Raises ``Unavailable``.
    """
    look = _Look(tokens)
    return look.conclude(holders(look.payloads) if look.payloads else [])


def verifying(tokens: Sequence[str]) -> Asking[list[VerifiedToken | InvalidToken]]:
    """``verify_many``, for whoever runs the statements, where ``accounts.is_asked_for``."""
    look = _Look(tokens)
    return look.conclude((yield from holding(look.payloads)) if look.payloads else [])


def are_due() -> bool:
    """Whether tokens are known whose trust soon ends."""
    with _lock:
        oldest = next(iter(_known.values()), None)
    return oldest is not None and _is_due(oldest, time.monotonic())


def _trust_again(
    company: Sequence[tuple[bytes, _Known]], users: Iterator[Any], checked: float
) -> None:
    for digest, known in company:
        user = next(users)
        if isinstance(user, InvalidToken) or user.is_staff != known.token.actor.is_staff:
            _trust(digest, known.payload, user, checked, used=False)
            continue
        with _lock:
            if digest in _known:  # It may have been revoked here meanwhile.
                known.checked, known.used = checked, False
                _known.move_to_end(digest)


def _rest(digest: bytes, known: _Known) -> None:
    _resting[digest] = known
    _resting.move_to_end(digest)
    if len(_resting) > MAX_CACHED:
        _resting.popitem(last=False)


def _payload(token: str) -> dict[str, Any] | InvalidToken:
    """The claims; those of a token that was verified before need no second decoding."""
    try:
        digest = _digest(token)
        known = _known.get(digest) or _resting.get(digest)
        if known is not None and known.expires > time.time():
            return known.payload
        return decode(token, AccessToken)
    except InvalidToken as refusal:
        return refusal


def _trust(
    digest: bytes, payload: dict[str, Any], user: Any, checked: float, *, used: bool = True
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
        _known[digest] = _Known(verified, family, payload["exp"], checked, payload, used)
        _known.move_to_end(digest)
        _resting.pop(digest, None)
        if len(_known) > MAX_CACHED:
            _known.popitem(last=False)
    return verified


def verify_cached(token: str) -> VerifiedToken | None:
    """``verify`` where that needs no query, else ``None``: safe to call on an event loop."""
    return _trusted(_digest(token))


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
        _resting.clear()


def _digest(token: str) -> bytes:
    if len(token) > MAX_LENGTH:
        raise InvalidToken("Token is too long")
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _trusted(digest: bytes) -> VerifiedToken | None:
    known = _known.get(digest)
    if known is None or time.monotonic() - known.checked > app_settings.TOKEN_TRUST_SECONDS:
        return None
    if known.expires <= time.time():
        raise InvalidToken("Token is expired")
    known.used = True
    return known.token
