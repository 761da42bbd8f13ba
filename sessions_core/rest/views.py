"""The base of every surface's views."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
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
from .dialect import ErrorDialect
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

    dialect: ClassVar[ErrorDialect] = ErrorDialect()
    #: Scope of the limit that a request is charged to, by action (by lower-case method where a
    #: view has no actions).
    limits: ClassVar[Mapping[str, str]] = {}
    content_negotiation_class = AnswersInItsOwnFormat
    metadata_class = None
    #: The limit as it stands after this request, for the response's headers.
    windows: list[rate_limits.Window] | None = None
    #: What this request has been counted as: the limit's scope and the units.
    charged: tuple[str, int] | None = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            # DRF takes a body without a length for no body at all.
            request.META["CONTENT_LENGTH"] = str(len(request.body))
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.count(request)
        refuse_hostile(request)

    def operation_name(self) -> str:
        """What the request asks for, as idempotency keys tell operations apart.

        Where several classes of one dialect have actions of the same name, each class has to say
        which it is.
        """
        return f"{self.dialect.name}:{self._action_name()}"

    def resource(self, request: Request) -> str:
        """What the operation is done to, one text for all spellings of it: empty for nothing."""
        return "/".join(map(str, self.kwargs.values()))

    def keyed_data(self, request: Request) -> Any:
        """The part of the body that makes it another request: all but what ``resource`` says."""
        # The body as parsed: the bytes were read from the stream, and are gone.
        return request.data

    def count(self, request: Request) -> None:
        """Charge this request to its limit, if it has one. Raises ``RateLimited``."""
        scope = self.limit_scope()
        if scope is None:
            return
        try:
            self.charge(scope)
        except rate_limits.OverLimit as error:
            if not self.passes_over_limit(request, error):
                raise
            self.charge(scope, cost=0)

    def passes_over_limit(self, request: Request, error: rate_limits.OverLimit) -> bool:
        """Whether this request, whose charge was refused, was replied to before under its key."""
        return is_replay(self, request)

    def limit_scope(self) -> str | None:
        """What this request is charged to; ``None``: nothing."""
        return self.limits.get(self._action_name())

    def limited_as(self) -> str:
        """Whose requests are counted together: the actor's."""
        return actor_of(self.request).scope

    def charge(self, scope: str, cost: int = 1) -> None:
        """Count this request against ``scope``; with 0 only look. Raises ``RateLimited``."""
        try:
            self.windows = rate_limits.consume(scope, self.limited_as(), cost)
        except rate_limits.OverLimit as error:
            self.windows = error.windows
            raise
        self.charged = scope, cost

    def take_back_charge(self) -> None:
        """Uncount this request, which turned out to be one that was counted before."""
        if self.charged is None:
            return
        scope, cost = self.charged
        self.charged = None
        if cost:
            self.windows = rate_limits.consume(scope, self.limited_as(), -cost)

    def _action_name(self) -> str:
        return getattr(self, "action", None) or str(self.request.method).lower()

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


def by_method(dialect: ErrorDialect, **views: View) -> View:
    """One address with a view for each method. Another method is refused in ``dialect``."""
    chooser: Any = MethodChooser.as_view(dialect=dialect, views=views)
    #: What the API documents and the URLs' readers look at, as at those of a view set.
    chooser.actions = dict.fromkeys(views)
    chooser.views = views
    return chooser


class MethodChooser(Surface):
    """Hands a request to the view of its method; see ``by_method``."""

    views: Mapping[str, View] = {}

    @property
    def allowed_methods(self) -> list[str]:
        names = {*self.views, "options"} | ({"head"} if "get" in self.views else set())
        return [name.upper() for name in self.http_method_names if name in names]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = str(request.method).lower()
        chosen = self.views.get("get" if method == "head" else method, super().dispatch)
        return chosen(request, *args, **kwargs)


def catch_all(dialect: ErrorDialect) -> View:
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
