"""Contradictory settings, found by ``manage.py check``."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from .app_settings import app_settings
from .windows import KINDS


@register(Tags.compatibility)
def quotas_are_sound(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name, given in app_settings.QUOTAS.items():
        if fault := _fault(given):
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


def _fault(given: dict[str, Any]) -> str:
    limit, window = given.get("limit"), given.get("window", "calendar_month")
    if unknown := set(given) - {"counter", "limit", "window", "seconds"}:
        return f"A quota has no {', '.join(sorted(unknown))}."
    if not isinstance(given.get("counter"), str):
        return "A quota needs the name of its counter."
    if limit is not None and (not isinstance(limit, int) or limit < 0):
        return "A quota's limit is a whole number, or None to count only."
    if window not in KINDS:
        return f"A quota's window is one of {', '.join(KINDS)}."
    seconds = given.get("seconds", 0)
    if limit is not None and window != "calendar_month" and not (type(seconds) is int and seconds):
        return f"A {window} window needs its length in seconds."
    return ""


@register(Tags.security)
def lifetime_is_positive(**kwargs: Any) -> list[CheckMessage]:
    if app_settings.LIFETIME_DAYS > 0 and app_settings.TOUCH_SECONDS < 3600:
        return []
    return [
        Error(
            "A session must live for a day or more, and its activity be noted within the hour.",
            hint="See ANONYMOUS_SESSIONS_LIFETIME_DAYS and ANONYMOUS_SESSIONS_TOUCH_SECONDS.",
            id="anonymous_sessions.E003",
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
