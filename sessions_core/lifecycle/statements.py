"""The answer verb's statements on Postgres: constant texts, so that the server keeps their plans.

Django's own cursor writes the values into the text, and Postgres then parses and plans each
statement anew, which costs it more than the work itself. Here sets of values travel as one
parameter: ids as an array literal, rows as a JSON array.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import orjson
from django.db import connection

T = TypeVar("T")


class Statement(NamedTuple):
    """A constant text with ``%s`` for each of the ``values``: texts, or numbers, for a cast.

    ``meanwhile``: what may be done while the rows are awaited, by whoever can.
    """

    sql: str
    values: tuple[str | int, ...]
    meanwhile: Callable[[], None] | None = None


#: What yields the statements it needs, is sent the rows of each, and returns what it made of them.
#: So whoever runs it chooses how to wait for the database.
Asking = Generator[Statement, list[tuple], T]


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def resolve(asking: Asking[T]) -> T:
    """What ``asking`` returns, with its statements run here and now on this thread's connection.

    Raises what the database says to one of them.
    """
    rows: list[tuple] | None = None
    try:
        while True:
            statement = asking.send(rows)  # type: ignore[arg-type]  # None starts it.
            rows = run(statement.sql, *statement.values)
    except StopIteration as end:
        return end.value


def run(sql: str, *values: Any) -> list[tuple]:
    """The rows of one statement, bound on the server.

    Prepared from its fifth use on a connection where ``prepare_threshold`` is set.
    """
    import psycopg  # Only where there is a Postgres.

    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as raw:
        if not (connection.queries_logged or connection.execute_wrappers):
            with connection.wrap_database_errors:
                return _execute(raw, sql, values)
        # Their stubs know of wrapped cursors alone.
        return _execute(connection.make_debug_cursor(cast(Any, raw)), sql, values)


def _execute(cursor: Any, sql: str, values: Sequence[Any]) -> list[tuple]:
    cursor.execute(sql, values)
    return cursor.fetchall() if cursor.description else []


def array(values: Iterable[object]) -> str:
    """An array literal of numbers or UUIDs."""
    return "{" + ",".join(map(str, values)) + "}"


def rows(values: Sequence[object]) -> str:
    """Dataclasses or mappings as a JSON array, for ``read_rows``."""
    return orjson.dumps(values).decode()


def read_rows(columns: Mapping[str, str]) -> str:
    """The FROM item that reads ``rows`` again, its columns typed."""
    return f"json_to_recordset(%s) AS new({', '.join(f'{n} {t}' for n, t in columns.items())})"
