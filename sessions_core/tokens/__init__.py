"""Bearer tokens: issued, verified, rotated, revoked. For views, sockets and the fast lane alike.

A sign-in begins a *family*: its refresh token, every one that follows by rotation, and all their
access tokens carry the same ``family`` claim, so that revoking any of them ends all of them. A row
in simplejwt's blacklist exists only for what was spent or revoked: nothing is written at sign-in,
and no token is kept anywhere.
"""

from .accounts import is_asked_for
from .claims import InvalidToken, Pair
from .families import check, issue, purge, revoke, rotate
from .trust import (
    VerifiedToken,
    are_due,
    forget,
    verify,
    verify_cached,
    verify_many,
    verifying,
)

__all__ = [
    "InvalidToken",
    "Pair",
    "VerifiedToken",
    "are_due",
    "check",
    "forget",
    "is_asked_for",
    "issue",
    "purge",
    "revoke",
    "rotate",
    "verify",
    "verify_cached",
    "verify_many",
    "verifying",
]
