"""Addresses that answer with and without the trailing slash."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


def both(route: str, view: View, name: str | None = None) -> list[URLPattern]:
    """``route`` as written, under ``name`` and in the API documents; its twin beside it.

    The twin has the slash where ``route`` has none, and the other way round.
    """
    twin = route[:-1] if route.endswith("/") else f"{route}/"
    return [path(route, view, name=name), path(twin, undocumented(view))]


def undocumented(view: View) -> View:
    """The same view, left out of the OpenAPI schema (``rest.schema.documented`` looks)."""

    @wraps(view)
    def twin(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    cast(Any, twin).undocumented = True
    return twin


def undocumented_twins(patterns: list[URLPattern]) -> list[URLPattern]:
    """The same addresses and views, nameless and left out of the OpenAPI schema."""
    return [URLPattern(p.pattern, undocumented(p.callback)) for p in patterns]
