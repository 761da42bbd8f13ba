"""One session with its activity, as its details show it."""

from collections.abc import Collection
from functools import cache

from django.db import connection
from django.db.models import Model

from .. import access
from ..actor import Actor
from ..lifecycle import statements
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
    session = _load(access.session_id_for(given))
    return current.fresh(access.permitted(actor, session, given, route=route, write=False))


def _load(pk: int) -> Session | None:
    if not statements.on_postgres():
        names = [*_SESSION, *(f"activity__{name}" for name in _ACTIVITY)]
        return Session.objects.select_related("activity").only(*names).filter(pk=pk).first()
    rows = statements.run(_text(), str(pk))
    if not rows:
        return None
    (row,) = rows
    session = Session.from_db(connection.alias, _SESSION, row[: len(_SESSION)])
    if session.activity_id is not None:
        session.activity = Activity.from_db(connection.alias, _ACTIVITY, row[len(_SESSION) :])
    return session


@cache
def _text() -> str:
    columns = [*(f"s.{name}" for name in _SESSION), *(f"a.{name}" for name in _ACTIVITY)]
    return (
        f"SELECT {', '.join(columns)} FROM {Session._meta.db_table} AS s"
        f" LEFT JOIN {Activity._meta.db_table} AS a ON a.id = s.activity_id"
        " WHERE s.id = %s::text::bigint"
    )
