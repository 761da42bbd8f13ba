"""Views of ``/api/token/`` and ``/api/register``."""

from typing import Any, ClassVar

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from anonymous_sessions.login import adopt_from
from sessions_core import tokens
from sessions_core.rest import address, limits
from sessions_core.rest.views import Surface

from . import serializers, signin
from .errors import AccountsDialect
from .schema import documented

limits.declare("sign_in", [(100, 60)], "Too many sign-ins from this address")
limits.declare("register", [(100, 3600)], "Too many registrations from this address")


class AccountView(Surface):
    """Base of the views. They need no sign-in and are limited for each address."""

    dialect = AccountsDialect()
    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class: ClassVar[type[Serializer]]

    def limited_as(self) -> str:
        return address.limit_key(self.request)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'

    def cleaned(self, request: Request) -> dict[str, Any]:
        serializer = self.serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, tokens.InvalidToken):
            exc = AuthenticationFailed(str(exc))
        return super().handle_exception(exc)


class SignIn(AccountView):
    limits = {"post": "sign_in"}
    serializer_class = serializers.SignInSerializer

    @documented("sign_in")
    def post(self, request: Request) -> Response:
        user = signin.sign_in(request._request, **self.cleaned(request))
        if user is None:
            raise AuthenticationFailed("No active account has these credentials")
        return _pair(tokens.issue(user))


class Refresh(AccountView):
    serializer_class = serializers.RefreshSerializer

    @documented("refresh")
    def post(self, request: Request) -> Response:
        return _pair(tokens.rotate(self.cleaned(request)["refresh"]))


class Verify(AccountView):
    serializer_class = serializers.TokenSerializer

    @documented("verify")
    def post(self, request: Request) -> Response:
        tokens.check(self.cleaned(request)["token"])
        return Response({})


class Revoke(AccountView):
    serializer_class = serializers.RevokeSerializer

    @documented("revoke")
    def post(self, request: Request) -> Response:
        for token in self.cleaned(request).values():
            tokens.revoke(token)
        return Response({})


class Register(AccountView):
    limits = {"post": "register"}
    serializer_class = serializers.RegistrationSerializer

    @documented("register")
    def post(self, request: Request) -> Response:
        user = signin.register(**{"email": "", **self.cleaned(request)})
        adopt_from(request._request, user.pk)
        return Response({"id": user.pk, "username": user.get_username()}, status=201)


def _pair(pair: tokens.Pair) -> Response:
    return Response(
        {"access": pair.access, "refresh": pair.refresh}, headers={"Cache-Control": "no-store"}
    )
