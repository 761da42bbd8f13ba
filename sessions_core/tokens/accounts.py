"""What the database says about tokens: whose they are, and whether they were revoked."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken

Found = tuple[dict[Any, Any], set[str]]


def look_up(ids: Collection[Any], names: Collection[str]) -> Found:
    """The users with these ids, by id, and those of the ``names`` that were revoked."""
    revoked = BlacklistedToken.objects.filter(token__jti__in=names)
    gone = set(revoked.values_list("token__jti", flat=True))
    return get_user_model().objects.in_bulk(list(ids)), gone
