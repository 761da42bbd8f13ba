"""The real product as processes: uvicorn on a port, a database of its own, perhaps a Redis."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from .databases import ROOT, Database, World
from .ports import free_port

START_SECONDS = 60


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
        command = [sys.executable, "-m", "uvicorn", "langportal.asgi:application"]
        options = ["--lifespan", "off", "--http", "langportal.connections:Patient"]
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
        self._wait_until_it_answers()
        return self

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.base_url}/health", timeout=5)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        raise RuntimeError(f"The product did not start:\n{self.log.read_text(errors='replace')}")

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
        self.process.wait(timeout=60)
        self.process = None

    def restart(self) -> "Product":
        self.kill()
        return self.start()
