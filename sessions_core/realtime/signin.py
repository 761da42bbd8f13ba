"""Who is at a socket, and whether they still may be.

A token in the query string is not looked at: query strings end up in logs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from .. import tokens
from ..actor import Actor
from ..errors import Unavailable

SUBPROTOCOL = "bearer"


class NotSignedIn(Exception):
    """No sign-in, or none that holds."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a socket brought: an access token, or else the key of a Django login session.

    ``subprotocol`` is what the server must echo for a browser to go on.
    """

    token: str | None = None
    login: str | None = None
    subprotocol: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    actor: Actor
    credentials: Credentials
    expires_at: datetime | None = None


def credentials(scope: dict[str, Any]) -> Credentials | None:
    """What ``scope`` carries, unverified; None where it carries nothing."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return Credentials(token.strip())
    offered = scope.get("subprotocols", [])
    if len(offered) >= 2 and offered[0] == SUBPROTOCOL:
        return Credentials(offered[1], subprotocol=SUBPROTOCOL)
    login = _login_cookie(headers.get(b"cookie", ""))
    if login and _from_our_pages(headers):
        return Credentials(login=login)
    return None


def identify(given: Credentials) -> Principal:
    """Asks the database. Raises ``NotSignedIn``, ``Unavailable``."""
    if given.token is not None:
        try:
            verified = tokens.verify(given.token)
        except tokens.InvalidToken as error:
            raise NotSignedIn from error
        return Principal(verified.actor, given, verified.expires_at)
    engine = import_module(settings.SESSION_ENGINE)
    request = HttpRequest()
    request.session = engine.SessionStore(given.login)
    user = get_user(request)
    if not user.is_authenticated or not user.is_active:
        raise NotSignedIn
    return Principal(Actor(user_id=user.pk, is_staff=user.is_staff), given)


def lapsed(principals: Iterable[Principal]) -> list[Principal]:
    """Those of ``principals`` that are signed in no more, or as somebody else.

    While the database does not answer, only what has expired by itself has lapsed.
    """
    return [each for each in principals if not _holds(each)]


def _holds(principal: Principal) -> bool:
    if principal.expires_at is not None and principal.expires_at <= datetime.now(UTC):
        return False
    try:
        return identify(principal.credentials).actor == principal.actor
    except NotSignedIn:
        return False
    except Unavailable:
        return True


def _login_cookie(header: str) -> str | None:
    key = parse_cookie(header).get(settings.SESSION_COOKIE_NAME)
    return key if key and key.isascii() and key.isprintable() else None


def _from_our_pages(headers: dict[bytes, str]) -> bool:
    """Browsers send the login cookie for any page; only our own may use it."""
    origin = headers.get(b"origin", "").lower()
    if origin in (trusted.lower() for trusted in settings.CSRF_TRUSTED_ORIGINS):
        return True
    host = headers.get(b"host", "").lower()
    allowed = settings.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
    try:
        from_host = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(host) and from_host == host and validate_host(split_domain_port(host)[0], allowed)
