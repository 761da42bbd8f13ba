"""The servers that take part, each in processes of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port, wait_for

from . import toolchains
from .places import ROOT

SECRET_KEY = "only-for-measuring-" + "0123456789" * 3
# Gives the command that starts a server, with ``{port}`` in it, and may build in the folder that it
# is given. It raises ``NotHereError`` where the server cannot run on this machine.
Command = Callable[[Path], list[str]]


def uvicorn(application: str, workers: int = 2, http: str = "httptools") -> Command:
    """``workers``: processes; two for whoever can use both cores of a small machine.

    The project's fast path has one: it keeps Postgres busy on the other core, and two halve its
    groups.
    """

    def command(scratch: Path) -> list[str]:
        return [
            *(sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1"),
            *("--port", "{port}", "--no-proxy-headers", "--loop", "uvloop", "--http", http),
            *("--no-access-log", "--log-level", "error", "--workers", str(workers)),
        ]

    return command


def project(workers: int = 1, application: str = "langportal.asgi:application") -> Command:
    """The product as the README says to serve it."""
    return uvicorn(application, workers, "langportal.connections:GracefulHttpProtocol")


@dataclass(frozen=True)
class Contender:
    """``requests``: the file that the driver sends, in the folder of ``database``."""

    name: str
    title: str
    command: Command
    requests: str = "peers.json"
    settings: dict[str, str] = field(default_factory=dict)
    database: str = "postgres"


CONTENDERS = [
    Contender(
        "project",
        "langportal, fast path",
        project(),
        "project.json",
        # It needs few connections, and a Postgres with its defaults has a hundred for all servers.
        {"DATABASE_POOL_SIZE": "5"},
    ),
    Contender(
        "views",
        "langportal, views",
        project(),
        "project.json",
        {"FAST_PATH": "false"},
        # Both would otherwise answer in the same sessions in turn.
        "views",
    ),
    Contender("embedded", "langportal, SQLite", project(), "project.json", database="sqlite"),
    Contender("sqlalchemy", "FastAPI + SQLAlchemy", uvicorn("bench.peers.fastapi_sqlalchemy:app")),
    Contender("asyncpg", "FastAPI + asyncpg", uvicorn("bench.peers.fastapi_asyncpg:app")),
    Contender("starlette", "Starlette + asyncpg", uvicorn("bench.peers.starlette_asyncpg:app")),
    Contender("go", "Go + pgx", toolchains.go),
    Contender("node", "Fastify + postgres.js", toolchains.node),
]


def environment(database_url: str, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": "bench:" + "A" * 43 + "=",
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
    }


class Server:
    """A contender that is running; ``scratch`` is a folder where it may be built."""

    def __init__(self, contender: Contender, env: dict[str, str], log: Path, scratch: Path) -> None:
        command = contender.command(scratch)
        self.port = free_port()
        self._log = log.open("w")
        self._process = subprocess.Popen(
            [part.format(port=self.port) for part in command],
            cwd=ROOT,
            env={**env, **contender.settings},
            stdout=self._log,
            stderr=self._log,
        )
        if not wait_for(self.port, 60):
            self.stop()
            raise RuntimeError(f"{contender.title} did not start: {log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        """The process itself where there is one worker, else their parent."""
        return self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()
