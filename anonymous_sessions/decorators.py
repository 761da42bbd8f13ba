"""A decorator that charges a quota for a host's own Django views."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from sessions_core.errors import SessionError, Unavailable
from sessions_core.rest.exceptions import DATABASE_AWAY

from . import cookies
from .access import SessionHandle, current
from .charges import charge, refund_if_possible
from .dialect import AnonymousDialect
from .models import Charge
from .origin import refuse_cross_site

View = Callable[..., Any]


def charged(quota: str, *, cost: int = 1) -> Callable[[View], View]:
    """Charges the browser's session before the view runs, and refunds the charge if it fails.

    A view fails if it raises or responds with 400 or above. It finds the session at
    ``request.anonymous_session``. Without a session, or over the limit, it is not called; the
    response is a 404 or a 429 with ``Retry-After``, as under ``/api/session/``.
    """

    def decorate(view: View) -> View:
        return _asynchronous(view) if iscoroutinefunction(view) else _synchronous(view)

    def _synchronous(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                handle, made = _begin(request, quota, cost)
            except SessionError as error:
                return _refusal(error)
            except DATABASE_AWAY:
                return _refusal(Unavailable())
            response = None
            try:
                response = view(request, *args, **kwargs)
            finally:
                _settle(made, response)
            return cookies.write(response, handle.id)

        return wrapper

    def _asynchronous(view: View) -> View:
        @wraps(view)
        async def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                handle, made = await sync_to_async(_begin)(request, quota, cost)
            except SessionError as error:
                return _refusal(error)
            except DATABASE_AWAY:
                return _refusal(Unavailable())
            response = None
            try:
                response = await view(request, *args, **kwargs)
            finally:
                await sync_to_async(_settle)(made, response)
            return cookies.write(response, handle.id)

        return wrapper

    return decorate


def _begin(request: HttpRequest, quota: str, cost: int) -> tuple[SessionHandle, Charge]:
    refuse_cross_site(request, safe=frozenset())
    handle = current(request)
    request.anonymous_session = handle.session  # type: ignore[attr-defined]
    return handle, charge(handle.session, quota, cost=cost)


def _settle(made: Charge, response: HttpResponseBase | None) -> None:
    if response is None or response.status_code >= 400:
        refund_if_possible(made)


def _refusal(error: SessionError) -> JsonResponse:
    dialect = AnonymousDialect()
    problem = dialect.domain_problem(error)
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    return JsonResponse(dialect.body(problem), status=problem.status, headers=headers)
