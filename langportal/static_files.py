"""Serves static files from a synchronous middleware."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import AsyncServeStaticFileResponse, ServeStaticMiddleware


class StaticFiles:
    """servestatic's own middleware is only asynchronous. In a synchronous chain, Django would run
    an event loop for every request, although most are not for a file.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._files = ServeStaticMiddleware(_nowhere).files

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        file = self._files.get(request.path_info)
        if file is None:
            return self._get_response(request)
        found = file.get_response(request.method or "GET", request.META)
        response = AsyncServeStaticFileResponse(found.file or (), status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            if value is not None:
                response[name] = value
        return response


async def _nowhere(request: HttpRequest) -> HttpResponseBase:
    raise LookupError(request.path_info)
