"""Which middleware the fast path would keep from seeing requests."""

from functools import cache

from django.conf import settings

from .app_settings import app_settings


def missed_middleware() -> tuple[str, ...]:
    """The middleware that may have to see every request: neither Django's own nor named in
    ``SESSIONS_FAST_PATH_PASSES_BY``. While there is any, the fast path takes nothing.
    """
    return _missed(tuple(settings.MIDDLEWARE), tuple(app_settings.FAST_PATH_PASSES_BY))


@cache
def _missed(middleware: tuple[str, ...], named: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        each for each in middleware if not each.startswith("django.") and each not in named
    )
