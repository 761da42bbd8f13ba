"""The event loop's own connections to Postgres, by psycopg's asynchronous driver.

Every statement takes its values as one text, a JSON array of rows. So its text is constant, the
server prepares it once for each connection, and one statement serves any number of requests.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from .batcher import TIMEOUT, Contended, DatabaseLost

Rows = list[tuple[Any, ...]]

# A row that somebody holds for longer is left to a thread, which can wait and hold nobody up.
LOCK_TIMEOUT_MS = 100
# The server gives up before the client does, which then knows that nothing was done.
STATEMENT_TIMEOUT_MS = 1500
CONNECT_TIMEOUT = 2
# Plans are general, whatever the values. All that is asked here is found by index, also in tables
# that were empty when the plan was made.
_OPTIONS = (
    f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off -c timezone=UTC"
)
_CONTENTION = (LockNotAvailable, DeadlockDetected, SerializationFailure)
# Parameters of Django's that are not libpq's.
_DJANGOS = {"context", "cursor_factory", "pool", "prepare_threshold", "server_side_binding"}


class Connection:
    """Opened with its first statement, and again after it was lost. One statement at a time."""

    timeout: float | None = TIMEOUT

    def __init__(self) -> None:
        self._connection: AsyncConnection[Any] | None = None

    async def rows(self, statement: str, values: Sequence[Any]) -> Rows:
        """The rows of one statement, which is a transaction of its own.

        Raises ``Contended``, ``DatabaseLost``, and psycopg's other errors where the server refuses
        the statement.
        """
        try:
            connection = self._connection
            if connection is None or connection.broken:
                connection = self._connection = await self._open()
            given = orjson.dumps(values, default=_as_text).decode()
            cursor = await connection.execute(statement, (given,), prepare=True, binary=True)
            return await cursor.fetchall()
        except _CONTENTION as error:
            raise Contended from error
        except OperationalError as error:
            raise DatabaseLost(str(error)) from error

    def abort(self) -> None:
        if self._connection is not None:
            self._connection.pgconn.finish()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _open(self) -> AsyncConnection[Any]:
        given = connections[DEFAULT_DB_ALIAS].get_connection_params()
        params = {name: value for name, value in given.items() if name not in _DJANGOS}
        params["options"] = f"{params.get('options', '')} {_OPTIONS}"
        params["application_name"] = "langportal fast path"
        params["connect_timeout"] = CONNECT_TIMEOUT
        connection = await AsyncConnection.connect(**params, autocommit=True)
        connection.prepared_max = None  # There are few statements, and none is made of values.
        return connection


def _as_text(value: object) -> str:
    """Bytes, which JSON has none of, as Postgres reads them."""
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no place in a statement")


def given_rows(columns: Mapping[str, str]) -> str:
    """The FROM item that reads a statement's values again, named ``given``; types by name."""
    typed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    return f"json_to_recordset(%s) AS given({typed})"


def types_of(model: type[Model], names: Iterable[str]) -> dict[str, str]:
    """The types of these columns on Postgres, by name."""
    here = connections[DEFAULT_DB_ALIAS]
    return {name: str(model._meta.get_field(name).db_type(here)) for name in names}


def columns_of(model: type[Model]) -> list[str]:
    """The names of all its columns, in the order in which ``Model.from_db`` takes them."""
    return [field.attname for field in model._meta.concrete_fields]
