"""``manage.py check`` refuses settings that contradict themselves, before a learner meets them."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from .app_settings import app_settings
from .models.activity import Difficulty
from .passed_by import missed_middleware
from .zones import is_zone

_REPLACEABLE = ("JUDGE", "SCHEDULER", "CLOCK", "GUEST_SIGN_IN")


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    return [
        *_public_ids(),
        *_defaults(),
        *_parts(),
        *_times(),
        *_limits(),
        *_live(),
        *_middleware(),
    ]


def _error(number: int, setting: str, message: str, hint: str) -> Error:
    return Error(f"SESSIONS_{setting} {message}", hint=hint, id=f"sessions_core.E{number:03d}")


def _public_ids() -> Iterator[Error]:
    alphabet = app_settings.PUBLIC_ID_ALPHABET
    if not (alphabet.isascii() and alphabet.isalpha() and len(set(alphabet)) == len(alphabet)):
        yield _error(
            1,
            "PUBLIC_ID_ALPHABET",
            "must be ASCII letters, each once.",
            "Digits would make a public id read as the integer id of another session.",
        )


def _defaults() -> Iterator[Error]:
    if not 1 <= app_settings.DEFAULT_WORD_COUNT <= 200:
        yield _error(2, "DEFAULT_WORD_COUNT", "is out of range.", "Use 1 to 200.")
    if app_settings.DEFAULT_DIFFICULTY not in Difficulty.values:
        words = ", ".join(Difficulty.values)
        yield _error(3, "DEFAULT_DIFFICULTY", "is no difficulty.", f"Use one of {words}.")
    limit = app_settings.DEFAULT_TIME_LIMIT
    if limit is not None and not 10 <= limit <= 14400:
        yield _error(
            4, "DEFAULT_TIME_LIMIT", "is out of range.", "Use 10 to 14400 seconds, or None."
        )
    if not is_zone(app_settings.DEFAULT_ZONE):
        yield _error(
            5, "DEFAULT_ZONE", "is no time zone.", "Use an IANA name such as Europe/Madrid."
        )


def _parts() -> Iterator[Error]:
    for name in _REPLACEABLE:
        path = getattr(app_settings, name)
        try:
            import_string(path)
        except ImportError as error:
            yield _error(6, name, f"names nothing that can be imported: {path}.", str(error))


def _times() -> Iterator[Error]:
    if app_settings.TIME_UPDATE_SECONDS <= 0:
        yield _error(7, "TIME_UPDATE_SECONDS", "must be above 0.", "The default is 1.0.")
    if not 0 <= app_settings.TOKEN_TRUST_SECONDS <= 30:
        yield _error(
            8,
            "TOKEN_TRUST_SECONDS",
            "must be from 0 to 30.",
            "For so long a revoked token goes on working.",
        )


def _limits() -> Iterator[Error]:
    for scope, windows in app_settings.LIMITS.items():
        if not windows or any(count < 1 or seconds < 1 for count, seconds in windows):
            yield _error(
                9,
                "LIMITS",
                f"has no usable window for {scope!r}.",
                "Give each scope a list of (count, seconds), both at least 1.",
            )


def _live() -> Iterator[Error]:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,50}", app_settings.LIVE_PREFIX):
        yield _error(
            10,
            "LIVE_PREFIX",
            "cannot begin the name of a channel group.",
            "Use 1 to 50 ASCII letters, digits, hyphens, underscores and periods.",
        )


def _middleware() -> Iterator[CheckMessage]:
    """Only a project that is served by ASGI can have the fast path in front of Django."""
    missed = missed_middleware() if getattr(settings, "ASGI_APPLICATION", None) else ()
    if app_settings.FAST_PATH and missed:
        yield Warning(
            f"The fast path takes nothing, because it would pass by {', '.join(missed)}.",
            hint=(
                "Name it in SESSIONS_FAST_PATH_PASSES_BY if it need not see every answer, or set"
                " SESSIONS_FAST_PATH to False."
            ),
            id="sessions_core.W011",
        )
