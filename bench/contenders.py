"""The servers that take part, each in processes of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port, wait_for

ROOT = Path(__file__).resolve().parents[1]
SECRET_KEY = "only-for-measuring-" + "0123456789" * 3


@dataclass(frozen=True)
class Contender:
    """``workers``: processes; two for whoever can use both cores of a small machine.

    The project has one: it keeps Postgres busy on the other core, and two halve its groups.
    """

    name: str
    title: str
    application: str
    requests: str = "peers.json"
    workers: int = 2
    http: str = "httptools"
    settings: dict[str, str] = field(default_factory=dict)
    database: str = "postgres"


PROJECT = "langportal.asgi:application"
# As the README says to serve it.
PATIENT = "langportal.connections:Patient"
CONTENDERS = [
    # It needs few connections, and a Postgres with its defaults has a hundred for all of them.
    Contender(
        "lane",
        "langportal, fast lane",
        PROJECT,
        "project.json",
        1,
        PATIENT,
        {"DATABASE_POOL_SIZE": "5"},
    ),
    Contender(
        "views",
        "langportal, views",
        PROJECT,
        "project.json",
        1,
        PATIENT,
        settings={"FAST_LANE": "false"},
        database="views",
    ),
    Contender(
        "embedded", "langportal, SQLite", PROJECT, "project.json", 1, PATIENT, database="sqlite"
    ),
    Contender("sqlalchemy", "FastAPI + SQLAlchemy", "bench.peers.fastapi_sqlalchemy:app"),
    Contender("asyncpg", "FastAPI + asyncpg", "bench.peers.fastapi_asyncpg:app"),
    Contender("starlette", "Starlette + asyncpg", "bench.peers.starlette_asyncpg:app"),
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
    """A contender that is running."""

    def __init__(self, contender: Contender, env: dict[str, str], log: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "uvicorn", contender.application]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-proxy-headers"]
        command += ["--loop", "uvloop", "--http", contender.http, "--no-access-log"]
        command += ["--log-level", "error"]
        command += ["--workers", str(contender.workers)]
        self._log = log.open("w")
        self._process = subprocess.Popen(
            command, cwd=ROOT, env={**env, **contender.settings}, stdout=self._log, stderr=self._log
        )
        if not wait_for(self.port, 60):
            raise RuntimeError(f"{contender.title} did not start: {log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        """The process itself where there is one worker, else their parent."""
        return self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()
