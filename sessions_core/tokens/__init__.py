"""Bearer tokens: issued, verified, rotated, revoked. For views, sockets and the fast path alike.

A sign-in begins a *family*: its refresh token, every one that follows by rotation, and all their
access tokens carry the same ``family`` claim, so that revoking any of them ends all of them. A row
in simplejwt's blacklist exists only for what was spent or revoked: nothing is written at sign-in,
and no token is kept anywhere.
"""

from .claims import InvalidToken, Pair
from .families import check, issue, purge, revoke, rotate
from .trust import (
    Look,
    VerifiedToken,
    forget,
    verify,
    verify_cached,
    verify_many,
)

__all__ = [
    "InvalidToken",
    "Look",
    "Pair",
    "VerifiedToken",
    "check",
    "forget",
    "issue",
    "purge",
    "revoke",
    "rotate",
    "verify",
    "verify_cached",
    "verify_many",
]
