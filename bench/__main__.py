"""``make bench``: the project and its peers in turn, under the same driver, against the bar.

    python -m bench [--only project,sqlalchemy] [--connections 1,16,64] [--rounds 3] [--seconds 4]
        [--warm-up 8] [--write]

Servers come from where the tests take them. Everything is measured in rounds, one contender after
the other in each, so that what else the machine does falls on all of them. Only what was asked for
is filled, started and measured; a contender that cannot run on this machine is named as not run.
"""

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path

import psycopg
from tqdm import tqdm

from tests.support.modes import Run, find_servers

from . import report
from .bars import ANSWERS, Row
from .contenders import CONTENDERS, Contender, Server, environment
from .places import ROOT, folder_for_logs
from .rows import outcomes
from .toolchains import NotHereError

# Enough that every learner has been seen once: tokens checked, plans read.
WARM_UP = 8.0
# Before each turn: who has been idle since the last one looks its learners up again.
LEAD_IN = 0.5


def main() -> None:
    wanted = arguments()
    load = os.getloadavg()[0]
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="langportal-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        contenders = [each for each in CONTENDERS if each.name in wanted.only]
        databases = {each.database for each in contenders}
        environments = worlds(databases, bench_run(folder, ending), folder, ending)
        measure(contenders, environments, folder, wanted, load)


def arguments() -> argparse.Namespace:
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warm-up", type=float, default=WARM_UP, help="Seconds for each server.")
    parser.add_argument(
        "--connections", type=numbers, default=[1, 16, 64], help="Numbers, by commas."
    )
    parser.add_argument(
        "--only", type=one_or_more(names), default=names, help=f"By commas, of {', '.join(names)}."
    )
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    wanted = parser.parse_args()
    if wanted.write and not all(is_asked(row, wanted) for row in ANSWERS):
        parser.error("--write needs every row of the bar: leave out --only and --connections")
    return wanted


def is_asked(row: Row, wanted: argparse.Namespace) -> bool:
    return {row.contender, row.peer} <= set(wanted.only) and row.connections in wanted.connections


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def one_or_more(names: Collection[str]) -> Callable[[str], list[str]]:
    """Reads names that commas part."""

    def read(text: str) -> list[str]:
        given = text.split(",")
        if unknown := set(given) - set(names):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not of {', '.join(names)}")
        return given

    return read


def bench_run(folder: Path, ending: ExitStack) -> Run:
    """The servers that the tests would stand on."""
    run = Run("postgres", False, folder, secrets.token_hex(4))
    ending.callback(run.endings.close)
    find_servers(run)
    return run


def worlds(
    databases: set[str], run: Run, folder: Path, ending: ExitStack
) -> dict[str, dict[str, str]]:
    """The environment of each database, filled."""
    environments = {
        name: postgres_world(run, folder, ending, name) for name in databases - {"sqlite"}
    }
    if "sqlite" in databases:
        environments["sqlite"] = environment(f"sqlite:///{folder / 'bench.sqlite3'}", "")
        fill(environments["sqlite"], folder / "sqlite")
    return environments


def postgres_world(
    run: Run, folder: Path, ending: ExitStack, name: str = "postgres"
) -> dict[str, str]:
    env = new_database(run, f"bench_{name}", ending)
    fill(env, folder / name)
    return env


def settle(env: dict[str, str]) -> None:
    """As in a database that has been in use for a minute: statements that were planned for empty
    tables are planned anew.
    """
    if env["DATABASE_URL"].startswith("postgres"):
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def new_database(run: Run, name: str, ending: ExitStack) -> dict[str, str]:
    """The environment of a new database, which is dropped at the end."""
    name = f"langportal_{name}_{run.name}"
    admin = f"{run.postgres_url}/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    ending.callback(drop, admin, name)
    return environment(f"{run.postgres_url}/{name}", run.redis_url)


def fill(env: dict[str, str], folder: Path) -> None:
    folder.mkdir()
    command = [sys.executable, "-m", "bench.world", str(folder)]
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def drop(admin: str, name: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(
    contenders: list[Contender],
    environments: dict[str, dict[str, str]],
    folder: Path,
    wanted: argparse.Namespace,
    load: float,
) -> None:
    rates: dict[tuple[str, int], list[float]] = defaultdict(list)
    latencies: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    logs = folder_for_logs()
    with ExitStack() as running:
        servers, absent = {}, {}
        for each in contenders:
            env, log = environments[each.database], logs / f"{each.name}.log"
            try:
                server = Server(each, env, log, folder)
            except NotHereError as error:
                absent[each.name] = str(error)
                continue
            running.callback(server.stop)
            servers[each.name] = server
            drive(each, server, folder, 64, wanted.warm_up)
        present = [each for each in contenders if each.name in servers]
        for env in environments.values():
            settle(env)
        turns = [(n, c) for n in range(wanted.rounds) for c in wanted.connections]
        for _, connections in tqdm(turns, "Measuring"):
            for each in random.sample(present, len(present)):
                server = servers[each.name]
                drive(each, server, folder, connections, LEAD_IN)
                seen = drive(each, server, folder, connections, wanted.seconds)
                if seen["failed"]:
                    tqdm.write(f"{each.title}, {connections} connections: {seen['failed']}")
                rates[each.name, connections].append(seen["rate"])
                latencies[each.name, connections].append((seen["p50_ms"], seen["p99_ms"]))
    found = [each for each in outcomes(rates, absent) if is_asked(each.row, wanted)]
    print(report.bar_table(found), report.rate_table(rates, latencies, absent), sep="\n\n")
    if wanted.write:
        report.write(rates, latencies, absent, wanted.rounds, wanted.seconds, load)


def drive(
    contender: Contender, server: Server, folder: Path, connections: int, seconds: float
) -> dict:
    requests = folder / contender.database / contender.requests
    command = [sys.executable, "-m", "bench.driver", str(server.port), str(connections)]
    command += [str(seconds), str(requests)]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
