"""Refuses changes from other sites, by the headers with which browsers name the origin."""

from collections.abc import Collection
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import is_same_domain

from .errors import CrossSiteRequest

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_cross_site(request: HttpRequest, *, safe: Collection[str] = SAFE) -> None:
    """Raises ``CrossSiteRequest`` for a change that a page of another site requests.

    ``safe`` are the methods that change nothing. A view that charges has none, because browsers
    send the cookie when users follow links from other sites. Clients other than browsers send
    neither header, and send cookies only on purpose.
    """
    if request.method in safe:
        return
    origin = request.headers.get("Origin")
    if origin is None:
        allowed = request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
    else:
        allowed = origin == f"{request.scheme}://{request.get_host()}" or _trusted(origin)
    if not allowed:
        raise CrossSiteRequest


def _trusted(origin: str) -> bool:
    """Returns whether ``CSRF_TRUSTED_ORIGINS`` matches, also by ``https://*.example.org``."""
    try:
        given = urlsplit(origin)
    except ValueError:
        return False
    for entry in settings.CSRF_TRUSTED_ORIGINS:
        known = urlsplit(entry)
        if given.scheme == known.scheme and is_same_domain(
            given.netloc, known.netloc.removeprefix("*")
        ):
            return True
    return False
