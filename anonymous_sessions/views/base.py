"""Base class of the views of anonymous sessions."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from sessions_core.actor import Actor
from sessions_core.rest import exceptions
from sessions_core.rest.idempotency import HEADER, answer_key
from sessions_core.rest.parsers import StrictJSONParser
from sessions_core.rest.views import SurfaceViewSet

from .. import access, cookies
from ..access import SessionHandle
from ..dialect import AnonymousDialect
from ..errors import NotSignedIn
from ..models import AnonymousSession
from ..origin import refuse_cross_site


class LoginCookie(SessionAuthentication):
    """Django's login without the CSRF token, since these views check the request's origin."""

    def enforce_csrf(self, request: Request) -> None:
        return


class AnonymousViewSet(SurfaceViewSet):
    """The views need no sign-in; users are authenticated by the host's classes.

    A view sets ``handle`` to its session; every successful response renews the session's cookie.
    """

    dialect = AnonymousDialect()
    permission_classes = [AllowAny]
    parser_classes = [StrictJSONParser]
    handle: SessionHandle | None = None

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [
            LoginCookie() if isinstance(each, SessionAuthentication) else each
            for each in super().get_authenticators()
        ]

    def get_exception_handler(self) -> Any:
        return exceptions.handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_cross_site(request._request)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.handle is not None and response.status_code < 400:
            cookies.write(response, self.handle.id)
        return response

    def answer_about(self, handle: SessionHandle) -> SessionHandle:
        """Makes the response renew the cookie of ``handle``, and returns it."""
        self.handle = handle
        return handle

    def current(self) -> SessionHandle:
        """Returns the browser's session. Raises ``UnknownSession``, ``InvalidSessionId``."""
        return self.answer_about(access.current(self.request))

    def user_id(self) -> int:
        """Returns the id of the signed-in user. Raises ``NotSignedIn``."""
        user_id = access.user_id_of(self.request)
        if user_id is None:
            raise NotSignedIn
        return user_id

    def cleaned(self, serializer_class: type[Serializer], data: Any = None) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data if data is None else data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def retry_key(self, session: AnonymousSession) -> str:
        """Returns the request's ``Idempotency-Key``, prefixed by the operation; empty without one.

        Raises ``BadInput``.
        """
        given = self.request.headers.get(HEADER)
        key = answer_key(Actor(guest=session.guest), given)
        return "" if key is None else f"{self.action}:{given}"
