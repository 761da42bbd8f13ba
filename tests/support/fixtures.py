"""Fixtures for every test of the project."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

from .browser import launch_options
from .modes import NOT_RUN, RUN, Run
from .redis_server import RedisServer, claim


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


@pytest.fixture(autouse=True)
def _nothing_remembered(run: Run) -> None:
    """What lives outside the database, which alone is rolled back: limits, tokens, cached pages."""
    from sessions_core.rest import limits
    from sessions_core.tokens import trust

    cache.clear()
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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {**browser_type_launch_args, **launch_options()}
