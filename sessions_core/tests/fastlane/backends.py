"""The server's side of the connections that an event loop reads from itself."""

import time

from django.db import connection

_THEIRS = "datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()"


def number(work: str, more: str = "true") -> int:
    """Of those for ``work``, and of which ``more`` is true in ``pg_stat_activity``."""
    return _ask(f"SELECT count(*) FROM pg_stat_activity WHERE {_THEIRS} AND {more}", work)


def wait_for(work: str, wanted: int, more: str = "true") -> None:
    """Postgres hears a little late of what has been closed or sent."""
    end = time.monotonic() + 10
    while number(work, more) != wanted:
        assert time.monotonic() < end
        time.sleep(0.05)


def terminate(work: str) -> None:
    """All of them; they are gone afterwards."""
    _ask(
        f"SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE {_THEIRS}", work
    )


def _ask(sql: str, work: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"{work} on the loop"])
        found = cursor.fetchone()[0]
    connection.close()
    return found
