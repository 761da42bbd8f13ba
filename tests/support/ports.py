"""Ports for the servers that tests start.

A port must stay free from the moment it is chosen until its server listens on it, and while that
server is away and started again. So it lies below the ports that the system gives to outgoing
connections: one of those could be given to a client that connects to the very server that is away.
And while this process lives no other process of these tests takes the port: its byte in a file that
they share is locked.
"""

import fcntl
import os
import random
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

LOWEST = 10_000
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
# Only ends a run that would wait in vain; a machine under load may be slow.
PATIENCE = 120
# How often a server is started: another process may have listened on its port first.
TRIES = 3

_taken: set[int] = set()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is this process's own until it ends."""
    chance = random.Random()  # The shared one may be seeded alike in several processes.
    highest = _first_outgoing() - 1
    for _ in range(10_000):
        port = chance.randint(LOWEST, highest)
        if port not in _taken and _lock(port) and _is_free(port):
            _taken.add(port)
            return port
    raise RuntimeError(f"No port between {LOWEST} and {highest} is free.")


def _first_outgoing() -> int:
    """The lowest port that the system gives to outgoing connections."""
    try:
        first = int(OUTGOING.read_text().split()[0])
    except OSError:
        first = 32_768  # as Linux has it
    return first if first > LOWEST + 1000 else 32_768


@cache
def _locks() -> int:
    """A file that the tests of this user share, in which each port has a byte to lock."""
    path = Path(tempfile.gettempdir()) / f"langportal-test-ports-{os.geteuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _lock(port: int) -> bool:
    try:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    """Whether a server could listen there now; one that has just left is no hindrance."""
    for host in ("127.0.0.1", ""):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def answers(port: int, host: str = "127.0.0.1", seconds: float = 5) -> bool:
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False


def wait_for(
    port: int, seconds: float = PATIENCE, process: subprocess.Popen[bytes] | None = None
) -> bool:
    """Whether the port answered within ``seconds``, and before ``process`` ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            return False  # Who answers there now is somebody else.
        if answers(port):
            return True
        time.sleep(0.02)
    return False
