"""From sign-in to revocation."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken

from . import trust
from .claims import (
    FAMILY,
    InvalidToken,
    Pair,
    RefreshToken,
    database,
    decode,
    holder,
    pair_for,
    user_id_of,
)


def issue(user: Any) -> Pair:
    """Begin a family for a user who has just signed in."""
    return pair_for(user, uuid4().hex)


def rotate(refresh: str) -> Pair:
    """Spend a refresh token for a new pair. Of many at once, one is served.

    Raises ``InvalidToken`` and ``Unavailable``.
    """
    payload = decode(refresh, RefreshToken)
    user = holder(payload)
    if not _forbid(payload[api_settings.JTI_CLAIM], user.pk, payload["exp"]):
        raise InvalidToken("Token has been used")
    return pair_for(user, payload.get(FAMILY) or uuid4().hex)


def check(token: str) -> None:
    """Whether a token of either kind would be accepted now, asked of the database. Spends nothing.

    Raises ``InvalidToken`` and ``Unavailable``.
    """
    holder(decode(token, AccessToken, RefreshToken))


def revoke(token: str) -> None:
    """End the family of an access or refresh token: here at once, elsewhere within the trust time.

    Revoking twice is once. Raises ``InvalidToken`` for what is no token, ``Unavailable``.
    """
    payload = decode(token, AccessToken, RefreshToken)
    name = payload.get(FAMILY) or payload[api_settings.JTI_CLAIM]
    with database():
        user = get_user_model().objects.filter(pk=user_id_of(payload)).only("pk").first()
    # The family may have been refreshed since; none of it outlives this.
    expires = time.time() + api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()
    _forbid(name, user and user.pk, expires)
    trust.drop(name)


def purge() -> int:
    """Delete the records of tokens that have expired by themselves; answers how many rows."""
    return OutstandingToken.objects.filter(expires_at__lte=datetime.now(UTC)).delete()[0]


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
        with database(), transaction.atomic():
            row, _ = OutstandingToken.objects.get_or_create(jti=name, defaults=about)
            BlacklistedToken.objects.create(token=row)
    except IntegrityError:
        return False
    return True
