"""The verbs' statements on Postgres: constant texts, so that the server keeps their plans.

Django's own cursor writes the values into the text, and Postgres then parses and plans each
statement anew, which costs it more than the work itself. Here sets of values travel as one
parameter: ids as an array literal, rows as a JSON array.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


#: Its place in the statement gives a value its type: a list's texts or numbers, an array.
Value = str | int | UUID | date | bytes | list[Any] | None


class Statement(NamedTuple):
    """A constant text with ``%s``, or ``%(name)s``, for each of the ``values``, with a cast.

    ``meanwhile``: what may be done while the rows are awaited, by whoever can. ``binary``: rows
    that are read so, in which dates cost a tenth; not for JSON, which Django reads as text.
    """

    sql: str
    values: Sequence[Value] | Mapping[str, Value]
    meanwhile: Callable[[], None] | None = None
    binary: bool = False


class Alongside(NamedTuple):
    """Rows that a verb's own statement writes with its effect: both are there, or neither is.

    ``sql``: an INSERT that selects from ``ready`` and returns a row unless it must not be, in which
    case the verb does nothing. The names of its ``values`` are no verb's.
    """

    sql: str
    values: Mapping[str, Value]


class Together(NamedTuple):
    """Statements of which none needs another's rows, so that all are asked before any answers.

    They share one transaction where they are sent at once, though not one snapshot.
    """

    statements: Sequence[Statement]


#: What yields the statements it needs, is sent the rows of each, or a list of such for those that
#: are asked ``Together``, and returns what it made of them. So whoever runs it chooses how to wait
#: for the database.
Asking = Generator[Statement | Together, Any, T]


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def resolve(asking: Asking[T]) -> T:
    """What ``asking`` returns, with its statements run here and now on this thread's connection.

    Raises what the database says to one of them.
    """
    rows: Any = None  # None starts it.
    try:
        while True:
            asked = asking.send(rows)
            if isinstance(asked, Together):
                rows = [_run(*_what(statement)) for statement in asked.statements]
            else:
                rows = _run(*_what(asked))
    except StopIteration as end:
        return end.value


def _what(asked: Statement) -> tuple[str, Sequence[Value] | Mapping[str, Value], bool]:
    return asked.sql, asked.values, asked.binary


def run(sql: str, *values: Any) -> list[tuple]:
    """The rows of one statement, bound on the server.

    Prepared after ``prepare_threshold`` uses on a connection, where that is set.
    """
    return _run(sql, values, binary=False)


def call(sql: str, **values: Any) -> list[tuple]:
    """``run`` with values by name, its rows read in ``binary``."""
    return _run(sql, values, binary=True)


def _run(sql: str, values: Sequence[Any] | Mapping[str, Any], binary: bool) -> list[tuple]:
    from .. import prepared  # psycopg is there only where there is a Postgres.

    here = connections[DEFAULT_DB_ALIAS]  # ``connection`` would look it up at every mention.
    here.ensure_connection()
    watched = here.queries_logged or here.execute_wrappers
    if watched or not prepared.is_possible(here.connection):
        return _by_cursor(here, sql, values, binary)
    with here.wrap_database_errors:
        return prepared.execute(here.connection, sql, values, binary=binary)


def _by_cursor(
    here: Any, sql: str, values: Sequence[Any] | Mapping[str, Any], binary: bool
) -> list[tuple]:
    """With what Django has around a statement, and the transactions that psycopg can begin."""
    from psycopg import pq

    from ..prepared import sent

    if isinstance(values, Mapping):
        # Text takes its type from its place.
        texts = {name: sent(value) for name, value in values.items()}
        values = {name: None if text is None else text.decode() for name, text in texts.items()}
    with _cursor_class()(here.connection) as raw:
        raw.format = pq.Format(binary)
        watched = here.queries_logged or here.execute_wrappers
        with nullcontext() if watched else here.wrap_database_errors:
            cursor = here.make_debug_cursor(raw) if watched else raw
            cursor.execute(sql, values)
        return [] if raw.rownumber is None else raw.fetchall()


@cache
def _cursor_class() -> type[Any]:
    from psycopg import Cursor

    class Unprepared(Cursor):
        """After a rollback psycopg deallocates what it has prepared, and all else with it."""

        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            return super().execute(query, params, prepare=False, **options)

    return Unprepared


def array(values: Iterable[object]) -> str:
    """An array literal of numbers or UUIDs."""
    return "{" + ",".join(map(str, values)) + "}"


def rows(values: Sequence[object]) -> str:
    """Dataclasses or mappings as a JSON array, for ``read_rows``."""
    return orjson.dumps(values).decode()


def read_rows(columns: Mapping[str, str], name: str = "") -> str:
    """The FROM item that reads ``rows`` again, its columns typed. ``name``: of the value."""
    place = f"%({name})s" if name else "%s"
    return f"json_to_recordset({place}) AS new({', '.join(f'{n} {t}' for n, t in columns.items())})"


def columns(model: type[models.Model]) -> str:
    """All the columns of ``model``, as ``instance`` takes them."""
    return ", ".join(str(field.column) for field in model._meta.concrete_fields)


def instance(model: type[M], row: Sequence[Any]) -> M:
    """``model`` from a row of its ``columns``. Not for one whose fields convert what is stored."""
    return model.from_db(DEFAULT_DB_ALIAS, _names(model), row)


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
