"""The peers in other languages: built at the time of the run, by what their own users build with.

Nothing of theirs stays in the repository: sources, versions and locks do, libraries do not. A peer
whose toolchain or libraries are not to be had is named as not run, with the reason.
"""

import os
import shutil
import subprocess
from pathlib import Path

from .places import folder_for_logs

PEERS = Path(__file__).with_name("peers")
# Where Debian's packages golang-*-dev keep the sources of Go libraries.
DEBIAN_GO = Path("/usr/share/gocode")
# Seconds for fetching and building.
TIMEOUT_SECONDS = 600


class NotHereError(Exception):
    """A contender cannot run on this machine; the message says why, and stands in the tables."""


def go(scratch: Path) -> list[str]:
    """The Go peer's command: built from the modules that go.mod names, or where those cannot be
    fetched, from Debian's packages of the same libraries.
    """
    toolchain = shutil.which("go")
    if toolchain is None:
        raise NotHereError("no Go toolchain here")
    source = scratch / "go" / "src" / "peer"
    shutil.copytree(PEERS / "go", source)
    program = scratch / "go" / "peer"
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    modules = {**environment, "GO111MODULE": "on"}
    packaged = {
        **environment,
        "GO111MODULE": "off",
        "GOPATH": f"{scratch / 'go'}{os.pathsep}{DEBIAN_GO}",
    }
    build = [toolchain, "build", "-o", str(program)]
    log = folder_for_logs() / "go-build.log"
    log.unlink(missing_ok=True)
    if not (
        _succeeds([*build, "-mod=mod", "."], source, modules, log)
        or (DEBIAN_GO.is_dir() and _succeeds([*build, "."], source, packaged, log))
    ):
        raise NotHereError("the Go peer could not be built here")
    return [str(program), "{port}"]


def node(scratch: Path) -> list[str]:
    """The Node peer's command, its libraries installed as package-lock.json has them."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        raise NotHereError("no Node or npm here")
    source = scratch / "node"
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(PEERS / "node", source, ignore=ignored)
    log = folder_for_logs() / "node-install.log"
    log.unlink(missing_ok=True)
    install = [npm, "ci", "--no-audit", "--no-fund"]
    if not _succeeds(install, source, dict(os.environ), log):
        raise NotHereError("the Node peer's libraries could not be installed here")
    return [program, str(source / "server.mjs"), "{port}", "2"]


def _succeeds(command: list[str], folder: Path, env: dict[str, str], log: Path) -> bool:
    with log.open("a") as stream:
        stream.write(f"$ {' '.join(command)}\n")
        stream.flush()
        try:
            done = subprocess.run(
                command, cwd=folder, env=env, stdout=stream, stderr=stream, timeout=TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0
