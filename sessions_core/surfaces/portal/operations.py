"""A start and an end as plain functions: call the verb, render. ``data`` is valid input."""

from typing import Any

from ... import achievements
from ...actor import Actor
from ...app_settings import app_settings
from ...lifecycle import end
from ...lifecycle.start import Wishes
from ...lifecycle.start import start as begin
from ...models import Dialect, Session
from ...queries import current, results
from . import render

Json = dict[str, Any]


def start(actor: Actor, data: Json, zone: str) -> Json:
    """Raises ``ActivityNotFound``, ``EmptyActivity``."""
    session = begin(actor, Dialect.PORTAL, wishes(data, zone))
    return render.started(session, current.next_item(session))


def complete(actor: Actor, session_id: str) -> Json:
    """Raises ``SessionNotFound``, ``SessionFinished``."""
    return summary(end.complete(actor, session_id, route="portal:complete"))


def summary(session: Session) -> Json:
    """What is shown of a session that has just been ended."""
    won = achievements.awarded_in(session)
    return render.summary(session, results.of_session(session), won)


def wishes(data: Json, zone: str) -> Wishes:
    settings = data.get("settings", {})
    return Wishes(
        activity_id=data["activity_id"],
        difficulty=settings.get("difficulty", app_settings.DEFAULT_DIFFICULTY),
        item_count=settings.get("word_count", app_settings.DEFAULT_WORD_COUNT),
        time_limit=settings.get("time_limit", app_settings.DEFAULT_TIME_LIMIT),
        zone=zone,
    )
