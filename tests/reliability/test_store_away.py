"""Anonymous sessions while their store is away, and after it is back."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from tests.support.databases import Database, Databases
from tests.support.fixtures import OwnPostgres
from tests.support.product import Product

BODY = {"error": "service_unavailable", "message": "The service is temporarily unavailable"}
UNKNOWN = "7e57d004-2b97-4e7a-b45f-5387367791cd"
CALLS = [
    ("POST", "/", {}),
    ("POST", "/sync", {"client_session_id": UNKNOWN}),
    ("GET", "/info", None),
    ("POST", "/usage", {"quota": "concept_generation"}),
    ("POST", "/concepts", {"document": {"n": 1}}),
    ("GET", "/concepts", None),
    ("PUT", "/preferences", {"preferences": {"theme": "dark"}}),
    ("POST", "/transfer", {}),
    ("POST", "/rotate", {}),
]


class Store(Protocol):
    database: Database

    def away(self) -> None: ...

    def back(self) -> None: ...


class StoppedPostgres:
    """A server of the test's own, with a filled database."""

    def __init__(self, own: OwnPostgres) -> None:
        self.server = own.server
        self.database = own.database

    def away(self) -> None:
        self.server.stop()

    def back(self) -> None:
        self.server.start()


class UnreadableFile:
    """SQLite's file, with a folder in its place."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.file = Path(database.url.removeprefix("sqlite:///"))

    def away(self) -> None:
        self.file.rename(f"{self.file}.kept")
        self.file.mkdir()

    def back(self) -> None:
        self.file.rmdir()
        Path(f"{self.file}.kept").rename(self.file)


def patiently(http: httpx.Client, path: str, tries: int = 120) -> httpx.Response:
    """Asked again as ``Retry-After`` says: a pool of connections takes a moment to fill."""
    for _ in range(tries):
        answer = http.get(path)
        if answer.status_code != 503:
            break
        time.sleep(int(answer.headers["retry-after"]))
    return answer


@pytest.mark.torture
@pytest.mark.processes
@pytest.mark.postgres
def test_with_postgres_away_every_address_is_a_503_and_nothing_is_lost(
    own_postgres: OwnPostgres, serve: Callable[..., Product], record_figure: Callable[[str], None]
) -> None:
    leave_and_come_back(StoppedPostgres(own_postgres), serve, record_figure)


@pytest.mark.processes
@pytest.mark.sqlite
def test_with_the_file_away_every_address_is_a_503_and_nothing_is_lost(
    databases: Databases, serve: Callable[..., Product], record_figure: Callable[[str], None]
) -> None:
    leave_and_come_back(UnreadableFile(databases.new()), serve, record_figure)


def leave_and_come_back(
    store: Store, serve: Callable[..., Product], record_figure: Callable[[str], None]
) -> None:
    product = serve(database=store.database)
    with httpx.Client(base_url=f"{product.base_url}/api/session", timeout=120) as http:
        opened = http.post("/", json={})
        # The cookie is Secure, and the tests' product speaks HTTP.
        http.headers["Cookie"] = f"concept_session={opened.json()['session_id']}"
        assert http.post("/usage", json={"quota": "concept_generation"}).status_code == 200
        before = http.get("/info").json()
        store.away()
        took = []
        for method, path, body in CALLS:
            began = time.monotonic()
            refused = http.request(method, path, json=body)
            took.append(time.monotonic() - began)
            assert refused.status_code == 503, (method, path, refused.text)
            assert refused.json() == BODY
            assert int(refused.headers["retry-after"]) >= 1
            assert "set-cookie" not in refused.headers
        store.back()
        began = time.monotonic()
        after = patiently(http, "/info")
        back = time.monotonic() - began
        assert after.status_code == 200, after.text
        assert after.json()["usage_stats"] == before["usage_stats"]
        assert after.json()["rate_limits"]["concept_generation"]["remaining"] == 9
        assert http.get("/concepts").json()["total"] == 0
    record_figure(
        f"store away: {len(CALLS)} x 503, the slowest after {max(took):.1f} s; "
        f"served again {back:.1f} s after it was back"
    )


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_file_that_another_process_has_locked_is_a_503_for_writers_alone() -> None:
    from django.db import connection

    from anonymous_sessions.tests.conftest import Visitor

    visitor = Visitor()
    visitor.open()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as another:
        another.execute("BEGIN IMMEDIATE")
        for method, path, body in CALLS[3:]:
            response = visitor.call(method, path, body)
            if method == "GET":
                assert response.status_code == 200
            else:
                assert response.status_code == 503, (method, path)
                assert response.json() == BODY
                assert int(response["Retry-After"]) >= 1
        another.rollback()
    assert visitor.info()["usage_stats"]["concepts_generated"] == 0
    visitor.use("concept_generation")
