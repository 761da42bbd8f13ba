"""What the addresses of an anonymous session have in common."""

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
from ..access import Held
from ..dialect import AnonymousDialect
from ..errors import NotSignedIn
from ..models import AnonymousSession
from ..origin import refuse_cross_site


class LoginCookie(SessionAuthentication):
    """Django's login without the CSRF token: these views look at the request's origin instead."""

    def enforce_csrf(self, request: Request) -> None:
        return


class AnonymousViewSet(SurfaceViewSet):
    """Nobody needs an account here; whoever is signed in is recognised as the host does.

    ``held`` is the session answered about: its cookie goes out again with every success.
    """

    dialect = AnonymousDialect()
    permission_classes = [AllowAny]
    parser_classes = [StrictJSONParser]
    held: Held | None = None

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
        if self.held is not None and response.status_code < 400:
            cookies.write(response, self.held.id)
        return response

    def hold(self, held: Held) -> Held:
        """Answer about ``held``."""
        self.held = held
        return held

    def current(self) -> Held:
        """The browser's session. Raises ``UnknownSession``, ``InvalidSessionId``."""
        return self.hold(access.current(self.request))

    def user_id(self) -> int:
        """Raises ``NotSignedIn``."""
        user_id = access.user_id_of(self.request)
        if user_id is None:
            raise NotSignedIn
        return user_id

    def cleaned(self, serializer_class: type[Serializer], data: Any = None) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data if data is None else data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def retry_key(self, session: AnonymousSession) -> str:
        """The request's ``Idempotency-Key``, apart for each operation; empty without one.

        Raises ``BadInput``.
        """
        given = self.request.headers.get(HEADER)
        key = answer_key(Actor(guest=session.guest), given)
        return "" if key is None else f"{self.action}:{given}"
