"""Start, complete, history and details against the same with FastAPI and SQLAlchemy.

    python -m bench.operations [--only start,history] [--rounds 3] [--seconds 4] [--write]

Over one Postgres, in turns, each after half a second to get going: the fast path runs in one
process, as with answers; the peer, the views and the fast path without kept pages, which only
reads, in two. The project keeps the pages of history and details that it has made; ``fresh pages``
are the same with that switched off, so that each is made anew. ``views`` is the project without its
fast path.
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
from .__main__ import LEAD_IN, bench_run, one_or_more, postgres_world
from .bars import OPERATIONS
from .contenders import Contender, Server, project, uvicorn
from .places import ROOT, folder_for_logs

PEER = "bench.peers.fastapi_sqlalchemy_sessions:app"
SERVERS = {
    "project": Contender("project", "langportal", project(), "project"),
    "views": Contender(
        "views", "langportal, views", project(workers=2), "project", {"FAST_PATH": "false"}
    ),
    "fresh": Contender(
        "fresh", "langportal, fresh pages", project(2, "bench.fresh:application"), "project"
    ),
    "sqlalchemy": Contender("sqlalchemy", "FastAPI + SQLAlchemy", uvicorn(PEER), "peers"),
}
# What of the project takes part in each.
SIDES = {
    "start": ("project", "views"),
    "complete": ("project", "views"),
    "history": ("project", "fresh", "views"),
    "details": ("project", "fresh", "views"),
}
CONNECTIONS, WARM_UP = 16, 5.0


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
            log = folder_for_logs() / f"sessions-{name}.log"
            servers[name] = Server(contender, env, log, folder)
            ending.callback(servers[name].stop)
        seen = measure(servers, folder / "postgres", wanted)
    rounds = f"In {wanted.rounds} rounds of {wanted.seconds:g} s."
    text = f"{rounds}\n\n{bar(seen)}\n\n{rates(seen)}"
    print(text)
    if wanted.write:
        page.put({"Sessions begun, ended and read": text})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.operations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument(
        "--complete-rate", type=int, default=3000, help="Sessions made ready for each second."
    )
    parser.add_argument(
        "--only",
        type=one_or_more(OPERATIONS),
        default=list(OPERATIONS),
        help=f"By commas, of {', '.join(OPERATIONS)}.",
    )
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    wanted = parser.parse_args()
    if wanted.write and set(wanted.only) != set(OPERATIONS):
        parser.error("--write needs every operation: leave out --only")
    return wanted


def measure(servers: dict[str, Server], folder: Path, wanted: argparse.Namespace) -> Outcomes:
    seen: Outcomes = defaultdict(list)
    # A session is completed once: each turn goes on where the last one with its requests ended.
    sent: dict[tuple[str, str], int] = defaultdict(int)
    turns = [(n, name) for n in range(-1, wanted.rounds) for name in wanted.only]
    for number, operation in tqdm(turns, "Measuring"):
        names = ["sqlalchemy", *SIDES[operation]]
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
    for operation, least in OPERATIONS.items():
        for name in SIDES[operation]:
            # The views stand among the rates; the bar is for what serves.
            if name == "views" or (operation, name) not in seen:
                continue
            pairs = zip(seen[operation, name], seen[operation, "sqlalchemy"], strict=True)
            ratios = [ours.rate / max(theirs.rate, 0.1) for ours, theirs in pairs]
            verdict = "met" if median(ratios) >= least else "missed"
            lines.append(
                f"| {operation} | {SERVERS[name].title} | {least:g}× | {median(ratios):.2f}× "
                f"| {min(ratios):.2f} – {max(ratios):.2f} | {verdict} |"
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
