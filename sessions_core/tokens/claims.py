"""What a token says and whether that still holds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError
from django.db.models import Field
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from ..errors import Unavailable
from . import accounts

FAMILY = "family"
MAX_LENGTH = 4096


class InvalidToken(Exception):
    """Not a token of ours, of the wrong kind, expired, revoked, or its user is gone."""


class RefreshToken(Token):
    """simplejwt's own asks and writes its blacklist by itself, in more queries and unlocked."""

    token_type = "refresh"
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class Pair:
    access: str
    refresh: str


def pair_for(user: Any, family: str) -> Pair:
    access, refresh = AccessToken.for_user(user), RefreshToken.for_user(user)
    access[FAMILY] = refresh[FAMILY] = family
    return Pair(str(access), str(refresh))


def decode(token: str, *kinds: type[Token]) -> dict[str, Any]:
    """The claims, once signature, algorithm, kind and expiry hold. No query."""
    if len(token) > MAX_LENGTH:
        raise InvalidToken("Token is too long")
    reason = ""
    for kind in kinds:
        try:
            return kind(cast(Any, token)).payload  # Its stub wants a decoded token.
        except TokenError as error:
            reason = str(error)
    raise InvalidToken(reason)


def holder(payload: dict[str, Any]) -> Any:
    """The user of a token: still there, active, with the same password, the token not revoked."""
    (user,) = holders([payload])
    if isinstance(user, InvalidToken):
        raise user
    return user


def holders(payloads: Sequence[dict[str, Any]]) -> list[Any]:
    """The user of each token, or the ``InvalidToken`` that says why it has none."""
    with database():
        users, gone = accounts.look_up(user_ids(payloads), names(payloads))
    return judged(payloads, users, gone)


def judged(
    payloads: Sequence[dict[str, Any]], users: Mapping[Any, Any], gone: Collection[str]
) -> list[Any]:
    """``holders``, of the ``users`` that were found by id, and the names that are ``gone``."""
    key = get_user_model()._meta.pk
    found = [users.get(_user_id(payload, key)) for payload in payloads]
    return [
        _refusal(payload, user, gone) or user for payload, user in zip(payloads, found, strict=True)
    ]


def user_ids(payloads: Sequence[dict[str, Any]]) -> set[Any]:
    key = get_user_model()._meta.pk
    return {_user_id(payload, key) for payload in payloads} - {None}


def names(payloads: Sequence[dict[str, Any]]) -> set[str]:
    """What a revocation of one of these tokens may name."""
    return {name for payload in payloads for name in _names(payload)}


def _refusal(payload: dict[str, Any], user: Any, gone: Collection[str]) -> InvalidToken | None:
    if user is None or not user.is_active:
        return InvalidToken("User not found")
    if any(name in gone for name in _names(payload)):
        return InvalidToken("Token has been revoked")
    claim = payload.get(api_settings.REVOKE_TOKEN_CLAIM)
    if api_settings.CHECK_REVOKE_TOKEN and claim != get_md5_hash_password(user.password):
        return InvalidToken("The password has been changed")
    return None


def _names(payload: dict[str, Any]) -> list[str]:
    """What a revocation may name: the token, or its family."""
    names = (payload[api_settings.JTI_CLAIM], payload.get(FAMILY))
    return [name for name in names if name]


def _user_id(payload: dict[str, Any], key: "Field[Any, Any]") -> Any:
    try:
        return user_id_of(payload, key)
    except InvalidToken:
        return None


def user_id_of(payload: dict[str, Any], key: "Field[Any, Any] | None" = None) -> Any:
    """``key``: the user model's primary key, for whoever has it at hand."""
    key = key or get_user_model()._meta.pk
    try:
        user_id = key.to_python(payload.get(api_settings.USER_ID_CLAIM))
        key.run_validators(user_id)  # One out of the column's range breaks the query on SQLite.
    except ValidationError:
        raise InvalidToken("Token names no user") from None
    return user_id


@contextmanager
def database() -> Iterator[None]:
    """A database that does not answer makes nobody's token bad."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable from error
