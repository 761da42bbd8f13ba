"""System checks: ``manage.py check`` reports contradictory settings."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from .app_settings import app_settings
from .models import Usage
from .windows import KINDS

_POSITIVE = (
    *("LIFETIME_DAYS", "TRANSFER_MINUTES", "UNDO_HOURS"),
    *("MAX_CONCEPT_BYTES", "MAX_PREFERENCES_BYTES", "MAX_DEPTH", "MAX_CONCEPTS"),
)
# Readers of "last active" may rely on the hour, so it must not be older than that.
_MAX_TOUCH_SECONDS = 3600


@register(Tags.compatibility)
def quotas_are_sound(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name, given in app_settings.QUOTAS.items():
        if fault := _fault(name, given):
            hint = f"Mend ANONYMOUS_SESSIONS_QUOTAS[{name!r}]."
            found.append(Error(fault, hint=hint, obj=name, id="anonymous_sessions.E001"))
    if app_settings.STORAGE_QUOTA not in app_settings.QUOTAS:
        found.append(
            Error(
                "ANONYMOUS_SESSIONS_STORAGE_QUOTA names no quota.",
                hint="Declare it in ANONYMOUS_SESSIONS_QUOTAS; a limit of None counts only.",
                id="anonymous_sessions.E002",
            )
        )
    return found


def _fault(name: str, given: dict[str, Any]) -> str:
    limit, window = given.get("limit"), given.get("window", "calendar_month")
    longest = Usage._meta.get_field("quota").max_length or 0
    if not 0 < len(name) <= longest:
        return f"A quota's name has 1 to {longest} characters."
    if unknown := set(given) - {"counter", "limit", "window", "seconds"}:
        return f"A quota has no {', '.join(sorted(unknown))}."
    if not isinstance(given.get("counter"), str):
        return "A quota needs the name of its counter."
    if limit is not None and (type(limit) is not int or limit < 0):
        return "A quota's limit is a whole number, or None to count only."
    if window not in KINDS:
        return f"A quota's window is one of {', '.join(KINDS)}."
    if limit is not None and window != "calendar_month" and not _is_positive(given.get("seconds")):
        return f"A {window} window needs its length in seconds."
    return ""


def _is_positive(number: object) -> bool:
    return type(number) is int and number > 0


@register(Tags.security)
def numbers_are_sound(**kwargs: Any) -> list[CheckMessage]:
    return [*_numbers()]


def _numbers() -> Iterator[Error]:
    for name in _POSITIVE:
        if not _is_positive(getattr(app_settings, name)):
            yield Error(
                f"ANONYMOUS_SESSIONS_{name} must be a whole number above 0.",
                hint="Leave it unset for the default.",
                id="anonymous_sessions.E003",
            )
    if not 0 <= app_settings.TOUCH_SECONDS <= _MAX_TOUCH_SECONDS:
        yield Error(
            f"ANONYMOUS_SESSIONS_TOUCH_SECONDS must be from 0 to {_MAX_TOUCH_SECONDS}.",
            hint="The activity of a session is noted once in so many seconds.",
            id="anonymous_sessions.E004",
        )


@register(Tags.security)
def guest_paths_are_paths(**kwargs: Any) -> list[CheckMessage]:
    """A plain string would be iterated by character, and ``/`` would admit guests everywhere."""
    paths = app_settings.GUEST_PATHS
    sound = isinstance(paths, list | tuple) and all(
        isinstance(path, str) and path.startswith("/") and path.strip("/") for path in paths
    )
    if sound:
        return []
    return [
        Error(
            "ANONYMOUS_SESSIONS_GUEST_PATHS must be a list of beginnings of addresses.",
            hint='Such as ["/api/v1/sessions/"]; "/" alone would let guests in everywhere.',
            id="anonymous_sessions.E005",
        )
    ]


@register(Tags.security, deploy=True)
def cookie_is_secure(**kwargs: Any) -> list[CheckMessage]:
    if app_settings.COOKIE_SECURE is not False:
        return []
    return [
        Warning(
            "The session cookie also travels over plain HTTP.",
            hint="Leave ANONYMOUS_SESSIONS_COOKIE_SECURE unset.",
            id="anonymous_sessions.W001",
        )
    ]
