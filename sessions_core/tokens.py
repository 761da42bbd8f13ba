"""Bearer tokens: issued, verified, rotated, revoked. For views, sockets and the fast lane alike.

A sign-in begins a *family*: its refresh token, every one that follows by rotation, and all their
access tokens carry the same ``family`` claim, so that revoking any of them ends all of them. A row
in simplejwt's blacklist exists only for what was spent or revoked: nothing is written at sign-in,
and no token is kept anywhere.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Exists
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from .actor import Actor
from .app_settings import app_settings
from .errors import Unavailable

FAMILY = "family"
MAX_LENGTH = 4096
MAX_CACHED = 20_000


class InvalidToken(Exception):
    """Not a token of ours, of the wrong kind, expired, revoked, or its user is gone."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    actor: Actor
    expires_at: datetime
    jti: str


@dataclass(frozen=True, slots=True)
class Pair:
    access: str
    refresh: str


class RefreshToken(Token):
    """simplejwt's own asks and writes its blacklist by itself, in more queries and unlocked."""

    token_type = "refresh"
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class _Known:
    """A verified token in the cache. ``expires`` is POSIX time, ``checked`` the monotonic clock."""

    token: VerifiedToken
    family: str
    expires: float
    checked: float


_known: OrderedDict[bytes, _Known] = OrderedDict()
_lock = threading.Lock()


def issue(user: Any) -> Pair:
    """Begin a family for a user who has just signed in."""
    return _pair(user, uuid4().hex)


def verify(token: str) -> VerifiedToken:
    """Who an access token stands for. Thread-safe; asks the database on first sight and every
    ``TOKEN_TRUST_SECONDS``, so a revocation anywhere is noticed within that time.

    Raises ``InvalidToken``, or ``Unavailable`` where the database does not answer.
    """
    digest = _digest(token)
    trusted = _trusted(digest)
    if trusted is not None:
        return trusted
    checked = time.monotonic()  # Before the query: what happens during it is not yet seen.
    payload = _decode(token, AccessToken)
    user = _holder(payload)
    verified = VerifiedToken(
        Actor(user_id=user.pk, is_staff=user.is_staff),
        datetime.fromtimestamp(payload["exp"], UTC),
        payload[api_settings.JTI_CLAIM],
    )
    with _lock:
        _known[digest] = _Known(verified, payload.get(FAMILY, ""), payload["exp"], checked)
        _known.move_to_end(digest)
        if len(_known) > MAX_CACHED:
            _known.popitem(last=False)
    return verified


def verify_cached(token: str) -> VerifiedToken | None:
    """``verify`` where that needs no query, else ``None``: safe to call on an event loop."""
    return _trusted(_digest(token))


def rotate(refresh: str) -> Pair:
    """Spend a refresh token for a new pair. Of many at once, one is served.

    Raises ``InvalidToken`` and ``Unavailable``.
    """
    payload = _decode(refresh, RefreshToken)
    user = _holder(payload)
    if not _forbid(payload[api_settings.JTI_CLAIM], user.pk, payload["exp"]):
        raise InvalidToken("Token has been used")
    return _pair(user, payload.get(FAMILY) or uuid4().hex)


def check(token: str) -> None:
    """Whether a token of either kind would be accepted now, asked of the database. Spends nothing.

    Raises ``InvalidToken`` and ``Unavailable``.
    """
    _holder(_decode(token, AccessToken, RefreshToken))


def revoke(token: str) -> None:
    """End the family of an access or refresh token: here at once, elsewhere within the trust time.

    Revoking twice is once. Raises ``InvalidToken`` for what is no token, ``Unavailable``.
    """
    payload = _decode(token, AccessToken, RefreshToken)
    name = payload.get(FAMILY) or payload[api_settings.JTI_CLAIM]
    with _database():
        user = get_user_model().objects.filter(pk=_user_id(payload)).only("pk").first()
    # The family may have been refreshed since; none of it outlives this.
    expires = time.time() + api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()
    _forbid(name, user and user.pk, expires)
    with _lock:
        gone = [key for key, known in _known.items() if name in (known.family, known.token.jti)]
        for digest in gone:
            del _known[digest]


def purge() -> int:
    """Delete the records of tokens that have expired by themselves; answers how many rows."""
    return OutstandingToken.objects.filter(expires_at__lte=datetime.now(UTC)).delete()[0]


def forget() -> None:
    """Empty this process's cache."""
    with _lock:
        _known.clear()


def _pair(user: Any, family: str) -> Pair:
    access, refresh = AccessToken.for_user(user), RefreshToken.for_user(user)
    access[FAMILY] = refresh[FAMILY] = family
    return Pair(str(access), str(refresh))


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
    return known.token


def _decode(token: str, *kinds: type[Token]) -> dict[str, Any]:
    """The claims, once signature, algorithm, kind and expiry hold. No query."""
    if len(token) > MAX_LENGTH:
        raise InvalidToken("Token is too long")
    reason = ""
    for kind in kinds:
        try:
            return kind(token).payload
        except TokenError as error:
            reason = str(error)
    raise InvalidToken(reason)


def _holder(payload: dict[str, Any]) -> Any:
    """The user of a token: still there, active, with the same password, the token not revoked."""
    names = [payload[api_settings.JTI_CLAIM], payload.get(FAMILY)]
    revoked = BlacklistedToken.objects.filter(token__jti__in=[name for name in names if name])
    with _database():
        users = get_user_model().objects.annotate(token_revoked=Exists(revoked))
        user = users.filter(pk=_user_id(payload)).first()
    if user is None or not user.is_active:
        raise InvalidToken("User not found")
    if user.token_revoked:
        raise InvalidToken("Token has been revoked")
    claim = payload.get(api_settings.REVOKE_TOKEN_CLAIM)
    if api_settings.CHECK_REVOKE_TOKEN and claim != get_md5_hash_password(user.password):
        raise InvalidToken("The password has been changed")
    return user


def _user_id(payload: dict[str, Any]) -> Any:
    try:
        return get_user_model()._meta.pk.to_python(payload.get(api_settings.USER_ID_CLAIM))
    except ValidationError:
        raise InvalidToken("Token names no user") from None


def _forbid(name: str, user_id: Any, expires: float) -> bool:
    """Blacklist a token or family; false where somebody else already has.

    The unique key decides between requests at the same moment, in any number of processes.
    """
    about = {
        "user_id": user_id,
        "token": "",
        "created_at": datetime.now(UTC),
        "expires_at": datetime.fromtimestamp(expires, UTC),
    }
    try:
        with _database(), transaction.atomic():
            row, _ = OutstandingToken.objects.get_or_create(jti=name, defaults=about)
            BlacklistedToken.objects.create(token=row)
    except IntegrityError:
        return False
    return True


@contextmanager
def _database() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable from error
