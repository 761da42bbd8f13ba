"""Fixtures for every test of the project."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.core.cache import cache

from . import emptying
from .browser import launch_options
from .databases import Database, Databases
from .modes import NOT_RUN, RUN, Run
from .postgres_server import PostgresServer, find_binaries
from .product import Product
from .redis_server import RedisServer, claim


class OwnPostgres(NamedTuple):
    server: PostgresServer
    database: Database


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Run:
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    run: Run, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """SQLite in a file: in memory, threads meet table locks that no time-out waits for."""
    if run.database == "sqlite":
        settings.DATABASES["default"]["TEST"]["NAME"] = str(run.folder / "tests.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _the_usual_collector() -> None:
    """A server sets it to look seldom; here it closes the connections that a test has left open."""
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def _static_files_looked_for_once() -> Iterator[None]:
    """Every test client makes the chain of middleware anew, and the chain looks through all folders
    of static files: it took two thirds of a test's time. What it finds is the same each time.
    """
    from servestatic.middleware import ServeStaticMiddleware

    look: Callable[[Any], None] = ServeStaticMiddleware.add_files_from_finders
    found: dict[object, dict[str, Any]] = {}

    def look_once(chain: Any) -> None:
        known = (chain.static_prefix, chain.autorefresh, chain.max_age)
        if known not in found:
            look(chain)
            found[known] = dict(chain.files)
        chain.files.update(found[known])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServeStaticMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    with emptying.quick():
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered(run: Run) -> None:
    """What lives outside the database, which alone is rolled back: limits, tokens, cached pages."""
    from sessions_core.queries import freshness
    from sessions_core.rest import limits
    from sessions_core.tokens import trust

    cache.clear()
    freshness.forget()
    limits.forget()
    trust.forget()
    if run.redis_shared:
        claim(run.redis_url)


@pytest.fixture
def own_redis(run: Run, tmp_path: Path) -> Iterator[Callable[[], RedisServer]]:
    """Start Redis servers that the test may kill, pause and start again."""
    if run.redis_binary is None:
        pytest.skip(NOT_RUN + "this run can start no Redis of its own")
    started: list[RedisServer] = []

    def start() -> RedisServer:
        server = RedisServer(run.redis_binary, tmp_path).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def own_postgres(run: Run, worker_id: str, tmp_path: Path) -> Iterator[OwnPostgres]:
    """A Postgres that the test may stop and start again, with a filled database in it."""
    binaries = find_binaries()
    if reason := run.missing("postgres"):
        pytest.skip(NOT_RUN + reason)
    if binaries is None:
        pytest.skip(NOT_RUN + "no Postgres found that this run can start")
    with ExitStack() as endings:
        folder = Path(endings.enter_context(TemporaryDirectory(prefix="langportal-postgres-")))
        server = PostgresServer(binaries, folder).start()
        endings.callback(server.stop)
        own = replace(run, postgres_url=server.url, endings=ExitStack())
        yield OwnPostgres(server, Databases(own, worker_id).new())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {**browser_type_launch_args, **launch_options()}


@pytest.fixture(scope="session")
def databases(run: Run, worker_id: str) -> Databases:
    return Databases(run, worker_id)


@pytest.fixture
def serve(run: Run, databases: Databases, tmp_path: Path) -> Iterator[Callable[..., Product]]:
    """Start the product on a filled database of the run's kind; ended with the test.

    ``serve(redis_url=…, workers=…, limits=True, environment={…})``; give ``database`` to start a
    second one on the first one's.
    """
    if reason := run.missing("processes"):
        pytest.skip(NOT_RUN + reason)
    started: list[Product] = []

    def start(*, database: Database | None = None, **options: Any) -> Product:
        product = Product(database or databases.new(), tmp_path, **options)
        started.append(product)
        return product.start()

    yield start
    for product in started:
        product.kill()
