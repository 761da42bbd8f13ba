"""Every operation that the product serves, read from its URLconf."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "post", "put", "patch", "delete")
#: unfold's pages sign in and refuse by themselves; ``catch_all`` answers 404 to everybody.
LEFT_OUT = ("admin/",)


def served() -> set[str]:
    """As ``METHOD /path``, the twin of each address with a slash at its end left out."""
    found = set()
    for route, callback in _patterns(get_resolver().url_patterns):
        view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
        if route.startswith(LEFT_OUT) or getattr(view, "__name__", "") == "Nowhere":
            continue
        plain = re.sub(r"<\w+:", "<", route.replace("^", "").replace("\\", ""))
        path = "/" + plain.removesuffix("/?$").rstrip("/")
        found |= {f"{method.upper()} {path}" for method in _methods(callback, view)}
    return found


def _patterns(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route, each.callback


def _methods(callback: Any, view: Any) -> list[str]:
    if actions := getattr(callback, "actions", None):
        return [method for method in actions if method in METHODS]
    if view is not None:
        return [method for method in METHODS if hasattr(view, method)]
    return ["get"]
