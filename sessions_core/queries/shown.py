"""One session with its activity, as its details show it."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from .. import access
from ..actor import Actor
from ..errors import SessionBusy
from ..lifecycle.statements import Statement
from ..models import Activity, Session
from . import current


def _in_order(model: type[Model], names: Collection[str]) -> tuple[str, ...]:
    """As ``from_db`` takes them."""
    fields = model._meta.concrete_fields
    return tuple(field.attname for field in fields if field.attname in names)


# Of its many columns, what details show and what tells whether it may be read and has expired.
_SESSION = _in_order(
    Session,
    {
        *("id", "user_id", "guest", "status", "started_at", "ended_at", "deadline_at"),
        *("running_since", "active_ms", "answered_count", "attempt_count", "correct_count"),
        *("response_ms", "last_seq", "activity_id"),
    },
)
_ACTIVITY = _in_order(Activity, {"id", "name", "type"})


def shown(actor: Actor, given: object, route: str) -> Session:
    """The session ``given`` names, as it stands at this moment.

    Raises what ``access.session_for`` does.
    """
    names = [*_SESSION, *(f"activity__{name}" for name in _ACTIVITY)]
    rows = Session.objects.select_related("activity").only(*names)
    return current.fresh(access.session_for(actor, given, route=route, write=False, rows=rows))


def asking(pk: int) -> Statement:
    """The same row, on Postgres, by a statement whose plan it keeps. For ``from_rows``."""
    return Statement(_text(), {"session_id": pk}, binary=True)


def from_rows(actor: Actor, given: object, rows: Sequence[tuple]) -> Session:
    """As ``shown``. Raises also ``SessionBusy`` where that would have to write: of a look of the
    staff's, or that its time is over.
    """
    found = _instance(rows[0]) if rows else None
    if found is not None and actor.is_staff and not actor.owns(found.user_id, found.guest):
        raise SessionBusy
    session = access.permitted(actor, found, given, route="", write=False)
    if current.is_due(session):
        raise SessionBusy
    return session


def _instance(row: Sequence[Any]) -> Session:
    session = Session.from_db(DEFAULT_DB_ALIAS, _SESSION, row[: len(_SESSION)])
    if session.activity_id is not None:
        session.activity = Activity.from_db(DEFAULT_DB_ALIAS, _ACTIVITY, row[len(_SESSION) :])
    return session


@cache
def _text() -> str:
    columns = [*(f"s.{name}" for name in _SESSION), *(f"a.{name}" for name in _ACTIVITY)]
    return (
        f"SELECT {', '.join(columns)} FROM {Session._meta.db_table} AS s"
        f" LEFT JOIN {Activity._meta.db_table} AS a ON a.id = s.activity_id"
        " WHERE s.id = %(session_id)s"
    )
