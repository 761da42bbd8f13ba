"""The real product as processes: uvicorn on a port, a database of its own, perhaps a Redis."""

import http.client
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from .databases import ROOT, Database, World
from .ports import PATIENCE, TRIES, free_port, wait_for

# What uvicorn says when another process listens on its port.
IN_USE = "address already in use"


class Product:
    """One uvicorn, with ``workers`` processes. It keeps its port over a restart."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        redis_url: str = "",
        workers: int = 1,
        limits: bool = False,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.database = database
        self.port = free_port()
        self.workers = workers
        self.log = folder / f"product-{self.port}.log"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "langportal.settings"
            if limits
            else "tests.support.unlimited",
            "DATABASE_URL": database.url,
            "REDIS_URL": redis_url,
            **(environment or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.has_run = False

    @property
    def world(self) -> World:
        return self.database.world

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> "Product":
        """Also after ``kill`` or ``stop``, at the same address."""
        for _ in range(TRIES):
            self._begin()
            if self._answers():
                self.has_run = True
                return self
            self.kill()
            if self.has_run or IN_USE not in self._said():
                break
            self.port = free_port()  # Nobody knows its address yet.
        raise RuntimeError(f"The product did not start:\n{self._said()}")

    def _begin(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "langportal.asgi:application"]
        options = ["--lifespan", "off", "--http", "langportal.connections:GracefulHttpProtocol"]
        options += ["--no-proxy-headers", "--no-access-log"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options, "--port", str(self.port), "--workers", str(self.workers)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that kill() reaches the workers as well
            )

    def _answers(self) -> bool:
        """Whether it comes to answer a request before it ends."""
        if not wait_for(self.port, process=self.process):
            return False
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            asking.request("GET", "/health")
            asking.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()
        return self.process.poll() is None

    def _said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End every process at once, as a lost machine would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(timeout=PATIENCE)
        self.process = None

    def restart(self) -> "Product":
        self.kill()
        return self.start()
