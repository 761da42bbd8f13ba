"""Who is at a socket, and whether they still may be.

A token in the query string is not looked at: query strings end up in logs.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django import db
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from .. import tokens
from ..actor import Actor
from ..errors import Unavailable
from . import guests

SUBPROTOCOL = "bearer"


class NotSignedIn(Exception):
    """No sign-in, or none that holds."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a socket brought: an access token, or else cookies of our own pages.

    ``login`` is the key of a Django login session; ``guest``, the cookie of a visitor, counts where
    nobody is logged in. ``subprotocol`` is what the server must echo for a browser to go on.
    """

    token: str | None = None
    login: str | None = None
    subprotocol: str | None = None
    guest: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    actor: Actor
    credentials: Credentials
    expires_at: datetime | None = None

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


def credentials(scope: dict[str, Any]) -> Credentials | None:
    """What ``scope`` carries, unverified; None where it carries nothing."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return Credentials(token.strip())
    offered = scope.get("subprotocols", [])
    if len(offered) >= 2 and offered[0] == SUBPROTOCOL:
        return Credentials(offered[1], subprotocol=SUBPROTOCOL)
    cookies = parse_cookie(headers.get(b"cookie", ""))
    login = _login_cookie(cookies)
    guest = guests.sign_in().cookie(scope.get("path", ""), cookies)
    if (login or guest) and _from_our_pages(headers):
        return Credentials(login=login, guest=guest)
    return None


def identify(given: Credentials) -> Principal:
    """Asks the database. Raises ``NotSignedIn``, ``Unavailable``."""
    if given.token is not None:
        try:
            verified = tokens.verify(given.token)
        except tokens.InvalidToken as error:
            raise NotSignedIn from error
        return Principal(verified.actor, given, verified.expires_at)
    (actor,) = _by_cookie([given])
    if actor is None:
        raise NotSignedIn
    return Principal(actor, given)


def lapsed(principals: Collection[Principal]) -> list[Principal]:
    """Those of ``principals`` that are signed in no more, or as somebody else.

    One query for all tokens. While the database does not answer, only what has expired by itself
    has lapsed.
    """
    gone = [each for each in principals if each.expired]
    rest = [each for each in principals if not each.expired]
    with suppress(Unavailable, db.OperationalError, db.InterfaceError):
        gone += [
            each for each, actor in zip(rest, _actors(rest), strict=True) if actor != each.actor
        ]
    return gone


def _actors(principals: Sequence[Principal]) -> list[Actor | None]:
    """Whom each stands for now."""
    given = [each.credentials for each in principals]
    verified = iter(tokens.verify_many([each.token for each in given if each.token is not None]))
    by_cookie = iter(_by_cookie([each for each in given if each.token is None]))
    return [
        getattr(next(verified), "actor", None) if each.token is not None else next(by_cookie)
        for each in given
    ]


def _by_cookie(given: Sequence[Credentials]) -> list[Actor | None]:
    """Whoever is logged in; else the visitor, one query for all of those."""
    actors = [_logged_in(each.login) if each.login else None for each in given]
    visits = [
        (place, each.guest)
        for place, each in enumerate(given)
        if actors[place] is None and each.guest is not None
    ]
    if visits:
        known = guests.sign_in().guests([cookie for _, cookie in visits])
        for (place, _), guest in zip(visits, known, strict=True):
            actors[place] = None if guest is None else Actor(guest=guest)
    return actors


def _logged_in(login: str) -> Actor | None:
    engine = import_module(settings.SESSION_ENGINE)
    request = HttpRequest()
    request.session = engine.SessionStore(login)
    user = get_user(request)
    if not user.is_authenticated or not user.is_active:
        return None
    return Actor(user_id=user.pk, is_staff=user.is_staff)


def _login_cookie(cookies: Mapping[str, str]) -> str | None:
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    return key if key and key.isascii() and key.isprintable() else None


def _from_our_pages(headers: dict[bytes, str]) -> bool:
    """Browsers send their cookies for any page; only our own may use them."""
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
