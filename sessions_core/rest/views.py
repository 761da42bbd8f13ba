"""The base of every surface's views."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from rest_framework import viewsets
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import limits as rate_limits
from .caller import actor_of
from .dialect import Dialect
from .idempotency import is_replay
from .problems import BadInput, FieldError, too_large
from .routes import View


class AnswersInItsOwnFormat(DefaultContentNegotiation):
    """Ignores an ``Accept`` it cannot satisfy: a client is better served by JSON than by a 406."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class Surface(APIView):
    """Errors in ``dialect``, limits with their headers, hostile requests refused."""

    dialect: ClassVar[Dialect] = Dialect()
    #: Scope of the limit that a request is charged to, by action (by lower-case method where a
    #: view has no actions).
    limits: ClassVar[Mapping[str, str]] = {}
    content_negotiation_class = AnswersInItsOwnFormat
    metadata_class = None
    windows: list[rate_limits.Window] | None = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            # DRF takes a body without a length for no body at all.
            request.META["CONTENT_LENGTH"] = str(len(request.body))
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.count(request)
        refuse_hostile(request)

    def get_dialect(self) -> Dialect:
        """The dialect of this request, for a view that serves more than one surface."""
        return self.dialect

    def count(self, request: Request) -> None:
        """Charge this request to its limit, if it has one. Raises ``RateLimited``."""
        if scope := self.limit_scope():
            self.charge(scope, cost=self.limit_cost(request))

    def limit_scope(self) -> str | None:
        """What this request is charged to; ``None``: nothing."""
        method = str(self.request.method).lower()
        return self.limits.get(getattr(self, "action", None) or method)

    def limit_cost(self, request: Request) -> int:
        """What this request counts: nothing where it was answered before under its key.

        With 0 a view looks at the limit, and may ``charge`` later.
        """
        return 0 if is_replay(request) else 1

    def limited_as(self) -> str:
        """Whose requests are counted together: the actor's."""
        return actor_of(self.request).scope

    def charge(self, scope: str, cost: int = 1) -> None:
        """Count this request against ``scope``. Raises ``RateLimited``."""
        try:
            self.windows = rate_limits.consume(scope, self.limited_as(), cost)
        except rate_limits.OverLimit as error:
            self.windows = error.windows
            raise

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.windows:
            for name, value in rate_limits.headers(self.windows).items():
                response[name] = value
        return response

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Only ``Allow``; what an operation takes is in the OpenAPI schema."""
        return Response(status=204)


class SurfaceViewSet(Surface, viewsets.GenericViewSet):
    """A surface's operations as actions of one class."""


def refuse_hostile(request: Request) -> None:
    """Raises ``BadInput`` for a body over the limit and for NUL characters in the query."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = request.META.get("CONTENT_LENGTH") or "0"
    if limit is not None and length.isdecimal() and int(length) > limit:
        raise too_large()
    if "%00" in request.META.get("QUERY_STRING", ""):
        for name, value in request.query_params.items():
            if "\0" in name or "\0" in value:
                raise BadInput(FieldError(("query", name), "NUL characters are not allowed"))


def catch_all(dialect: Dialect) -> View:
    """The view for addresses below a surface's prefix that lead nowhere: 404 in its dialect."""
    return Nowhere.as_view(dialect=dialect)


class Nowhere(Surface):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method is looked up: no method is allowed where nothing is."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address")
