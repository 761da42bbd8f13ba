"""Start, complete, history and details against the same with FastAPI and SQLAlchemy.

    python -m bench.operations [--rounds 3] [--seconds 4] [--write]

Over one Postgres, in turns, each after half a second to get going: the lane in one process, as with
answers; the peer, the views and the lane without kept pages, which only reads, in two. The project
keeps the pages of history and details that it has made; ``fresh pages`` are the same with that
switched off, so that each is made anew. ``views`` is the project without its lane.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tqdm import tqdm

from . import page
from .__main__ import LEAD_IN, bench_run, postgres_world
from .contenders import PATIENT, PROJECT, ROOT, Contender, Server
from .report import folder_for_logs

PEER = "bench.peers.fastapi_sqlalchemy_sessions:app"
SERVERS = {
    "lane": Contender("lane", "langportal", PROJECT, "project", 1, PATIENT),
    "views": Contender(
        *("views", "langportal, views", PROJECT, "project"),
        http=PATIENT,
        settings={"FAST_LANE": "false"},
    ),
    "fresh": Contender(
        *("fresh", "langportal, fresh pages", "bench.fresh:application", "project"), http=PATIENT
    ),
    "sqlalchemy": Contender("sqlalchemy", "FastAPI + SQLAlchemy", PEER, "peers"),
}
OPERATIONS = {
    "start": ("lane", "views"),
    "complete": ("lane", "views"),
    "history": ("lane", "fresh", "views"),
    "details": ("lane", "fresh", "views"),
}
CONNECTIONS, LEAST, WARM_UP = 16, 2.0, 5.0


@dataclass(frozen=True)
class Outcome:
    """One turn of one server: requests a second, and milliseconds."""

    rate: float
    p50: float
    p99: float


Outcomes = dict[tuple[str, str], list[Outcome]]


def main() -> None:
    wanted = arguments()
    measured = wanted.rounds * (LEAD_IN + wanted.seconds)
    ready = int(wanted.complete_rate * (measured + WARM_UP))
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="langportal-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        env = postgres_world(bench_run(folder, ending), folder, ending)
        command = [sys.executable, "-m", "bench.sessions_world", str(folder / "postgres")]
        subprocess.run([*command, str(ready)], cwd=ROOT, env=env, check=True)
        servers = {}
        for name, contender in SERVERS.items():
            servers[name] = Server(contender, env, folder_for_logs() / f"sessions-{name}.log")
            ending.callback(servers[name].stop)
        seen = measure(servers, folder / "postgres", wanted)
    rounds = f"In {wanted.rounds} rounds of {wanted.seconds:g} s."
    text = f"{rounds}\n\n{bar(seen)}\n\n{rates(seen)}"
    print(text)
    if wanted.write:
        page.put({"Sessions begun, ended and read": text})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.operations", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument(
        "--complete-rate", type=int, default=3000, help="Sessions made ready for each second."
    )
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    return parser.parse_args()


def measure(servers: dict[str, Server], folder: Path, wanted: argparse.Namespace) -> Outcomes:
    seen: Outcomes = defaultdict(list)
    # A session is completed once: each turn goes on where the last one with its requests ended.
    sent: dict[tuple[str, str], int] = defaultdict(int)
    turns = [(n, name) for n in range(-1, wanted.rounds) for name in OPERATIONS]
    for number, operation in tqdm(turns, "Measuring"):
        names = ["sqlalchemy", *OPERATIONS[operation]]
        for name in random.sample(names, len(names)):
            requests = folder / f"{operation}-{SERVERS[name].requests}.json"
            place = operation, SERVERS[name].requests
            for seconds in (LEAD_IN, wanted.seconds) if number >= 0 else (WARM_UP / 2,):
                result = drive(servers[name].port, seconds, requests, sent[place])
                sent[place] += result["sent"]
            if result["failed"]:
                tqdm.write(f"{operation}, {SERVERS[name].title}: {result['failed']}")
            if number >= 0:
                outcome = Outcome(result["rate"], result["p50_ms"], result["p99_ms"])
                seen[operation, name].append(outcome)
    return seen


def drive(port: int, seconds: float, requests: Path, first: int) -> dict:
    command = [sys.executable, "-m", "bench.driver", str(port), str(CONNECTIONS), str(seconds)]
    done = subprocess.run(
        [*command, str(requests), str(first)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def bar(seen: Outcomes) -> str:
    lines = [
        "| what | server | at least | measured | from – to | verdict |",
        "|---|---|---|---|---|---|",
    ]
    for operation, names in OPERATIONS.items():
        for name in names:
            if name == "views":  # They stand among the rates; the bar is for what serves.
                continue
            pairs = zip(seen[operation, name], seen[operation, "sqlalchemy"], strict=True)
            ratios = [ours.rate / max(theirs.rate, 0.1) for ours, theirs in pairs]
            verdict = "met" if median(ratios) >= LEAST else "missed"
            lines.append(
                f"| {operation} | {SERVERS[name].title} | {LEAST:g}× | {median(ratios):.1f}× "
                f"| {min(ratios):.1f} – {max(ratios):.1f} | {verdict} |"
            )
    return "\n".join(lines)


def rates(seen: Outcomes) -> str:
    lines = [
        f"At {CONNECTIONS} connections:",
        "",
        "| what | server | requests a second | p50, ms | p99, ms |",
        "|---|---|---|---|---|",
    ]
    for (operation, name), outcomes in sorted(seen.items()):
        lines.append(
            f"| {operation} | {SERVERS[name].title} | {median(o.rate for o in outcomes):,.0f} "
            f"| {median(o.p50 for o in outcomes):.1f} | {median(o.p99 for o in outcomes):.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
