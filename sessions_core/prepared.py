"""Statements bound on the server, over psycopg's connection and without its cursor.

A cursor looks for a way to write each value, begins the transaction, keeps count and describes
what comes back, all of it in Python; for a short statement with texts for values that is most of
its time. The connection, what it reads types with, its errors and its transactions stay psycopg's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg import Connection, DataError, OperationalError, errors, pq
from psycopg.adapt import Transformer

from .lifecycle.statements import Value

_PLACE = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<next>s)|%)")
# What is asked this way is found by index, even if the table was empty when that was planned.
_BEGIN = b"BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class Forgotten(OperationalError):
    """The server no longer knew a prepared statement. The transaction may be tried again."""

    sqlstate = errors.InvalidSqlStatementName.sqlstate


class _Statements:
    """Those of one connection."""

    def __init__(self) -> None:
        self.uses: dict[str, int] = {}
        self.names: dict[str, bytes] = {}


# No name twice on a connection, also after some of its statements have been deallocated.
_numbers = count()
_of: "WeakKeyDictionary[Connection[Any], _Statements]" = WeakKeyDictionary()


def is_possible(connection: Connection[Any]) -> bool:
    """Whether ``execute`` would begin the transaction that ``connection`` is set to begin."""
    return (
        connection.prepare_threshold is not None
        and connection.isolation_level is None
        and connection.read_only is None
        and connection.deferrable is None
    )


def execute(
    connection: Connection[Any],
    sql: str,
    values: Sequence[Value] | Mapping[str, Value],
    *,
    binary: bool = False,
) -> list[tuple]:
    """The rows of ``sql``, read in ``binary`` or as text. It has ``%s``, or ``%(name)s``, for each
    of ``values``.

    Prepared after ``connection.prepare_threshold`` uses. Raises psycopg's errors.
    """
    server = connection.pgconn
    if server.transaction_status == pq.TransactionStatus.IDLE and not connection.autocommit:
        _checked(server, server.exec_(_BEGIN))
    given = numbered(sql).sent(values)
    result = _result(connection, sql, given, pq.Format(binary))
    if not result.ntuples:
        return []
    rows = Transformer(connection)
    rows.set_pgresult(result)
    return rows.load_rows(0, result.ntuples, tuple)


def _result(connection: Connection[Any], sql: str, given: list[bytes | None], form: int) -> Any:
    server: Any = connection.pgconn  # Its stubs know nothing of None.
    here = _of.get(connection)
    if here is None:
        here = _of[connection] = _Statements()
    name = here.names.get(sql)
    if name is None:
        text = numbered(sql).text
        here.uses[sql] = uses = here.uses.get(sql, 0) + 1
        if uses <= (connection.prepare_threshold or 0):
            return _checked(server, server.exec_params(text, given, None, None, form))
        name = b"prepared_%d" % next(_numbers)
        _checked(server, server.prepare(name, text))
        here.names[sql] = name
    try:
        return _checked(server, server.exec_prepared(name, given, None, form))
    except errors.InvalidSqlStatementName as error:
        del _of[connection]  # Somebody has said DEALLOCATE ALL.
        if server.transaction_status == pq.TransactionStatus.IDLE:
            return _result(connection, sql, given, form)
        raise Forgotten(str(error)) from error


def _checked(server: Any, result: Any) -> Any:
    if result.status in _DONE:
        return result
    if server.status == pq.ConnStatus.BAD:
        raise OperationalError(server.get_error_message())
    raise errors.error_from_result(result)


def sent(value: Value) -> bytes | None:
    """``value`` as text in the protocol. Raises ``DataError`` for one that Postgres cannot hold."""
    return _SENT.get(type(value), _text)(value)


def _text(value: object) -> bytes:
    text = str(value)
    if "\0" in text:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return text.encode()


def _array(values: list[Any]) -> bytes:
    return _text("{" + ",".join(map(_quoted, values)) + "}")


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


# By its type, since an answer has more than twenty values, and all the others are texts.
_SENT: dict[type, Callable[[Any], bytes | None]] = {
    int: b"%d".__mod__,
    type(None): lambda _: None,
    bool: {True: b"t", False: b"f"}.__getitem__,
    UUID: lambda value: b"%032x" % value.int,
    bytes: lambda value: b"\\x" + value.hex().encode(),
    list: _array,
}


class Numbered(NamedTuple):
    """A text as the protocol has it, with $1, $2 and so on; ``names``: of the values, by number,
    where they have names.
    """

    text: bytes
    names: Sequence[str]

    def sent(self, values: Sequence[Value] | Mapping[str, Value]) -> list[bytes | None]:
        """``values`` in their order. Raises ``DataError``."""
        if self.names:
            values = list(map(cast(Mapping[str, Value], values).__getitem__, self.names))
        return [_SENT.get(type(value), _text)(value) for value in values]


@lru_cache(512)
def numbered(sql: str) -> Numbered:
    """``sql`` with its ``%s``, or with ``%(name)s``, one number for each name."""
    names: list[str] = []
    numbers = count(1)

    def place(found: re.Match[str]) -> str:
        if found["next"]:
            return f"${next(numbers)}"
        name = found["name"]
        if name is None:
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return Numbered(_PLACE.sub(place, sql).encode(), names)
