"""Only the site's own pages may change a session: browsers say where a request comes from."""

from collections.abc import Collection
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import is_same_domain

from .errors import CrossSiteRequest

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_cross_site(request: HttpRequest, *, safe: Collection[str] = SAFE) -> None:
    """Raises ``CrossSiteRequest`` for a change asked for by another site's page.

    ``safe``: methods that change nothing; a view that charges has none, since browsers send the
    cookie along with another site's links. Clients that are no browser send neither header and
    carry no cookie they did not mean to.
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
    """Whether ``CSRF_TRUSTED_ORIGINS`` names it, ``https://*.example.org`` included."""
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
