"""Share links: made, followed and revoked."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from ... import clock
from ...models import Session, ShareLink
from .errors import ShareLinkNotFound


def make(session: Session, expires_in: int | None) -> tuple[str, datetime | None]:
    """A new link's token, shown this once, and the moment it ends. Earlier links are revoked."""
    revoke(session)
    now = clock.now()
    expires_at = None if expires_in is None else now + timedelta(seconds=expires_in)
    token = token_urlsafe(24)
    ShareLink.objects.create(
        session=session, digest=_digest(token), created_at=now, expires_at=expires_at
    )
    return token, expires_at


def revoke(session: Session) -> int:
    """End the session's links; returns how many were still open."""
    links = ShareLink.objects.filter(session=session, revoked_at=None)
    return links.update(revoked_at=clock.now())


def follow(token: str) -> Session:
    """The session behind an open link. Raises ``ShareLinkNotFound``."""
    links = ShareLink.objects.select_related("session__activity")
    link = links.filter(digest=_digest(token), revoked_at=None).first()
    if link is None or (link.expires_at is not None and clock.now() >= link.expires_at):
        raise ShareLinkNotFound
    return link.session


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
