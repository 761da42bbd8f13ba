"""A start and an end as plain functions: call the verb, render. Both lanes come this way. ``data``
is valid input.
"""

from collections.abc import Callable
from typing import Any

from ... import achievements
from ...actor import Actor
from ...app_settings import app_settings
from ...lifecycle import completing, finish
from ...lifecycle import start as starting
from ...lifecycle.events import SessionEvent
from ...lifecycle.statements import Alongside, Asking
from ...models import Dialect, Session
from ...queries import current, results
from . import render

Json = dict[str, Any]
#: Makes a reply part of the statement that it is the reply of.
Record = Callable[[Json], Alongside | None]
Publish = Callable[[list[SessionEvent]], None]


def start(actor: Actor, data: Json, zone: str) -> Json:
    """Raises ``ActivityNotFound``, ``EmptyActivity``."""
    session = starting.start(actor, Dialect.PORTAL, _wishes(data, zone))
    return render.started(session, current.next_item(session))


def start_asking(actor: Actor, data: Json, zone: str, record: Record) -> Asking[None]:
    """``start`` on Postgres, for whoever runs the statements. ``record`` is given its reply."""
    yield from starting.starting(
        *(actor, Dialect.PORTAL, _wishes(data, zone)),
        lambda session: record(render.started(session, session.first_item)),
    )


def complete(actor: Actor, session_id: str) -> Json:
    """Raises ``SessionNotFound``, ``SessionFinished``."""
    return _summary(finish.complete(actor, session_id, route="portal:complete"))


def complete_asking(
    actor: Actor, session_id: str, publish: Publish, record: Record
) -> Asking[None]:
    """``complete`` on Postgres, for whoever runs the statements, where ``completing.is_possible``.
    ``record`` is given its reply, ``publish`` what has happened. Raises also what
    ``completing.completing`` does.
    """
    yield from completing.completing(
        *(actor, session_id),
        route="portal:complete",
        record=lambda session: record(_summary(session)),
        publish=publish,
    )


def _summary(session: Session) -> Json:
    won = achievements.awarded_in(session)
    return render.summary(session, results.of_session(session), won)


def _wishes(data: Json, zone: str) -> starting.Wishes:
    settings = data.get("settings", {})
    return starting.Wishes(
        activity_id=data["activity_id"],
        difficulty=settings.get("difficulty", app_settings.DEFAULT_DIFFICULTY),
        item_count=settings.get("word_count", app_settings.DEFAULT_WORD_COUNT),
        time_limit=settings.get("time_limit", app_settings.DEFAULT_TIME_LIMIT),
        zone=zone,
    )
