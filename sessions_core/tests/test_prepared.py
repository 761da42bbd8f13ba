"""Statements without psycopg's cursors: the same values, errors and transactions."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from sessions_core.lifecycle.statements import call, run
from sessions_core.retrying import retrying

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

# Times that a connection is asked until it has prepared a statement for certain.
OFTEN = 8


@pytest.fixture
def threshold(prepare_threshold) -> Iterator[None]:
    connection.ensure_connection()
    here = connection.connection
    usual, here.prepare_threshold = here.prepare_threshold, prepare_threshold
    yield
    here.prepare_threshold = usual


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("int", -7),
        ("bigint", 2**40),
        ("text", "ñ 'quoted' \"twice\" \\ %s $1"),
        ("boolean", True),
        ("uuid", UUID(int=7)),
        ("date", date(2026, 2, 28)),
        ("timestamptz", datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)),
        ("bytea", b"\0\xff\\x"),
        ("int", None),
        ("text[]", ["a", 'b"c', "d\\e", "f,g", "", "NULL"]),
        ("bigint[]", [1, 2**40]),
        ("uuid[]", []),
    ],
)
@pytest.mark.parametrize("prepare_threshold", [2, None], ids=["prepared", "by a cursor"])
def test_values_come_back_as_they_went(type_, value, threshold) -> None:
    for _ in range(OFTEN):
        assert run(f"SELECT %s::{type_}", value) == [(value,)]
        assert call(f"SELECT %(it)s::{type_}, 1 %% 2", it=value) == [(value, 1)]


def test_a_name_may_come_twice() -> None:
    sql = "SELECT %(b)s::int - %(a)s::int, %(a)s::int"
    assert [call(sql, a=2, b=5, c="not there") for _ in range(OFTEN)] == [[(3, 2)]] * OFTEN


def test_a_text_that_postgres_cannot_hold_is_refused() -> None:
    with pytest.raises(DataError):
        run("SELECT %s::text", "a\0b")


def test_a_statement_is_prepared_once_it_is_in_use() -> None:
    sql = "SELECT %s::int /* in use */"
    for _ in range(OFTEN):
        run(sql, 1)
    assert prepared("in use") == 1


@pytest.mark.parametrize("prepare_threshold", [None])
def test_where_nothing_may_be_prepared_nothing_is(threshold) -> None:
    for _ in range(OFTEN):
        assert run("SELECT %s::int /* not prepared */", 1) == [(1,)]
    assert prepared("not prepared") == 0


def test_the_transaction_is_djangos() -> None:
    with transaction.atomic():
        for number in range(OFTEN):
            add(f"undone {number}")
        transaction.set_rollback(True)
    with transaction.atomic():
        add("kept")
        with pytest.raises(IntegrityError), transaction.atomic():
            add("kept")
        add("kept too")
    names = Group.objects.filter(name__regex="^(undone|kept)").values_list("name", flat=True)
    assert set(names) == {"kept", "kept too"}


def test_a_table_that_was_empty_when_the_plan_was_made_is_read_by_index() -> None:
    connection.cursor().execute("CREATE TABLE grown AS SELECT 1 AS id; ANALYZE grown")
    connection.cursor().execute("CREATE UNIQUE INDEX ON grown (id)")
    try:
        with transaction.atomic():
            plan = run("EXPLAIN SELECT id FROM grown WHERE id = %s::int", 1)
        assert "Index" in plan[0][0]
        assert run("SHOW enable_seqscan") == [("on",)]
    finally:
        connection.cursor().execute("DROP TABLE grown")


def test_what_somebody_deallocates_is_prepared_again() -> None:
    sql = "SELECT %s::int /* deallocated */"

    def verb() -> list[tuple]:
        with transaction.atomic():
            return run(sql, 1)

    for ask in (lambda: run(sql, 1), lambda: retrying(verb)):
        for _ in range(OFTEN):
            run(sql, 1)
        connection.cursor().execute("DEALLOCATE ALL")
        assert ask() == [(1,)]


def test_a_lost_connection_is_told_as_such() -> None:
    ((pid,),) = run("SELECT pg_backend_pid()")
    ended = threading.Thread(target=end, args=[pid])
    ended.start()
    ended.join()
    with pytest.raises(OperationalError):
        run("SELECT 1")
    connection.close()
    assert run("SELECT 1") == [(1,)]


def test_a_statement_that_waits_lets_other_threads_run() -> None:
    """Or nobody would ever let go of what it waits for."""
    run("SELECT pg_advisory_lock(7)")
    waits = threading.Event()
    got: list[object] = []

    def wait() -> None:
        run("SET statement_timeout = '10s'")
        waits.set()
        try:
            got.append(run("SELECT 1 FROM pg_advisory_lock(7)"))
        except OperationalError as error:
            got.append(error)
        connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    waits.wait()
    while not run("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        pass
    run("SELECT pg_advisory_unlock(7)")
    waiting.join()
    assert got == [[(1,)]]


def add(name: str) -> None:
    run("INSERT INTO auth_group (name) VALUES (%s)", name)


def prepared(mark: str) -> int:
    sql = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"%/* {mark} */%"])
        return cursor.fetchone()[0]


def end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()
