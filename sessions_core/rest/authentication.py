"""Who is asking: a bearer token, or Django's own login session with its CSRF protection."""

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from .. import tokens
from .caller import Caller, actor_of

__all__ = ["BearerAuthentication", "Caller", "LoginSessionAuthentication", "actor_of"]


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``. ``request.user`` is a ``Caller``, without a query;
    ``request.auth`` the ``VerifiedToken``.
    """

    def authenticate(self, request: Request) -> tuple[Caller, tokens.VerifiedToken] | None:
        token = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        if token is None:
            return None
        try:
            verified = tokens.verify(token)
        except tokens.InvalidToken as error:
            raise AuthenticationFailed(str(error)) from None
        return Caller(verified.actor), verified

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class LoginSessionAuthentication(SessionAuthentication):
    """For the pages and the browsable documents: the login cookie, refused without a CSRF token."""


def bearer_token(header: str) -> str | None:
    """The token in an ``Authorization`` header; ``None`` where the header is of another scheme."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
