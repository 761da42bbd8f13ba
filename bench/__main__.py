"""``make bench``: the project and its peers in turn, under the same driver, against the bar.

Servers come from where the tests take them. Everything is measured in rounds, one contender after
the other in each, so that what else the machine does falls on all of them.
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
from contextlib import ExitStack
from pathlib import Path

import psycopg
from tqdm import tqdm

from tests.support.modes import Run, find_servers

from . import report
from .contenders import CONTENDERS, ROOT, Contender, Server, environment
from .rows import outcomes

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
        environments = worlds(bench_run(folder, ending), folder, ending)
        contenders = [each for each in CONTENDERS if each.name in wanted.only]
        measure(contenders, environments, folder, wanted, load)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64])
    names = [contender.name for contender in CONTENDERS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    return parser.parse_args()


def bench_run(folder: Path, ending: ExitStack) -> Run:
    """The servers that the tests would stand on."""
    run = Run("postgres", False, folder, secrets.token_hex(4))
    ending.callback(run.endings.close)
    find_servers(run)
    return run


def worlds(run: Run, folder: Path, ending: ExitStack) -> dict[str, dict[str, str]]:
    """The environment of each database, filled."""
    sqlite = environment(f"sqlite:///{folder / 'bench.sqlite3'}", "")
    fill(sqlite, folder / "sqlite")
    return {
        "postgres": postgres_world(run, folder, ending),
        # The project's two lanes would otherwise answer in the same sessions in turn.
        "views": postgres_world(run, folder, ending, "views"),
        "sqlite": sqlite,
    }


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
    logs = report.folder_for_logs()
    with ExitStack() as running:
        servers = {}
        for each in contenders:
            server = Server(each, environments[each.database], logs / f"{each.name}.log")
            running.callback(server.stop)
            servers[each.name] = server
            drive(each, server, folder, 64, WARM_UP)
        for env in environments.values():
            settle(env)
        turns = [(n, c) for n in range(wanted.rounds) for c in wanted.connections]
        for _, connections in tqdm(turns, "Measuring"):
            for each in random.sample(contenders, len(contenders)):
                server = servers[each.name]
                drive(each, server, folder, connections, LEAD_IN)
                seen = drive(each, server, folder, connections, wanted.seconds)
                if seen["failed"]:
                    tqdm.write(f"{each.title}, {connections} connections: {seen['failed']}")
                rates[each.name, connections].append(seen["rate"])
                latencies[each.name, connections].append((seen["p50_ms"], seen["p99_ms"]))
    print(report.bar_table(outcomes(rates)), report.rate_table(rates, latencies), sep="\n\n")
    if wanted.write:
        report.write(rates, latencies, wanted.rounds, wanted.seconds, load)


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
