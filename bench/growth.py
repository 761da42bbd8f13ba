"""What requests cost in a large database against a small one, and against an empty one.

    python -m bench.growth [--rows 1000000] [--rounds 5] [--count 100] [--write]

The small one has 10,000 attempts, of one learner; the large one ROWS, of learners like that one.
Each database is served by a process of its own, and they take turns.
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
from .__main__ import bench_run, new_database
from .bars import GROWTH_OF_ANSWERS, GROWTH_OF_READS
from .places import ROOT

SMALL, COLLECTED, LONG = 10_000, 1_000_000, 100_000


@dataclass(frozen=True)
class Row:
    """``operation`` in ``database`` against ``other`` in ``base``, at most ``most`` times."""

    title: str
    operation: str
    database: str
    other: str
    base: str
    most: float


BAR = [
    Row(
        "answer, large table against empty",
        *("answer", "large", "answer", "empty", GROWTH_OF_ANSWERS),
    ),
    Row(
        "answer, long session against one of 10",
        *("answer in a long session", "large", "answer", "large", GROWTH_OF_ANSWERS),
    ),
    *(
        Row(f"{name}, large against small", name, "large", name, "small", GROWTH_OF_READS)
        for name in ("history", "deep history", "details", "stats", "calendar", "admin's list")
    ),
    Row(
        "history of many sessions, deep page against first",
        *("deep collected", "large", "collected", "large", GROWTH_OF_READS),
    ),
    Row(
        "history of many sessions against one of a hundred",
        *("collected", "large", "history", "small", GROWTH_OF_READS),
    ),
]
# Milliseconds of each round, by row, database and operation: of the request, and in the database.
Figures = dict[tuple[str, str, str], list[list[float]]]
# Requests of one side before it is the other's turn.
TURN = 5


def main() -> None:
    wanted = arguments()
    sizes = {
        "empty": (0, 0, 10),
        "small": (SMALL, 0, 10),
        "large": (wanted.rows, min(COLLECTED, wanted.rows), min(LONG, wanted.rows)),
    }
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="langportal-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        run = bench_run(folder, ending)
        probes = {}
        for name, size in sizes.items():
            env = {**new_database(run, f"growth_{name}", ending), "REDIS_URL": ""}
            (folder / name).mkdir()
            numbers = [str(number) for number in size]
            command = [sys.executable, "-m", "bench.growth_data", str(folder / name), *numbers]
            subprocess.run(command, cwd=ROOT, env=env, check=True)
            probes[name] = Probe(folder / name / "growth.json", env)
            ending.callback(probes[name].stop)
        text = report(measure(probes, wanted), wanted.rows)
    print(text)
    if wanted.write:
        page.put({"Growth": text})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=100, help="Requests of a kind in a round.")
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    return parser.parse_args()


class Probe:
    """A ``bench.growth_probe`` that waits for work."""

    def __init__(self, requests: Path, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", "bench.growth_probe", str(requests)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def time(self, operation: str, count: int) -> list[tuple[float, float]]:
        """Milliseconds of each of ``count`` requests, and of its statements."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{operation} {count}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def measure(probes: dict[str, Probe], wanted: argparse.Namespace) -> Figures:
    """Round by round, everything that a row names; the first round is not counted.

    The sides of a row take turns within a round too, a few requests each, so that a slow moment
    of the machine falls on both.
    """
    figures: Figures = defaultdict(list)
    for number in tqdm(range(wanted.rounds + 1), "Measuring"):
        took = defaultdict(list)
        for row in BAR:
            sides = [(row.database, row.operation), (row.base, row.other)]
            for _ in range(0, wanted.count, TURN):
                for database, operation in random.sample(sides, 2):
                    took[row.title, database, operation] += probes[database].time(operation, TURN)
        for side, times in took.items():
            if number:
                figures[side].append([median(of) for of in zip(*times, strict=True)])
    return figures


def report(figures: Figures, rows: int) -> str:
    lines = [
        f"Large: {rows:,} attempts; small: {SMALL:,}. One learner's share is the same in both:",
        f"100 sessions of 100 attempts. The long session has {min(LONG, rows):,}, and the learner",
        f"with many sessions {min(COLLECTED, rows):,}. Medians of requests served in one process,",
        "no page kept.",
        "",
        "| what | at most | measured | from – to | ms against ms | of these in the database "
        "| verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in BAR:
        ours = figures[row.title, row.database, row.operation]
        theirs = figures[row.title, row.base, row.other]
        ratios = [one[0] / other[0] for one, other in zip(ours, theirs, strict=True)]
        verdict = "met" if median(ratios) <= row.most else "missed"
        total, waited = (f"{middle(ours, n)} against {middle(theirs, n)}" for n in (0, 1))
        lines.append(
            f"| {row.title} | {row.most:g}× | {median(ratios):.2f}× "
            f"| {min(ratios):.2f} – {max(ratios):.2f} | {total} "
            f"| {waited} | {verdict} |"
        )
    return "\n".join(lines)


def middle(side: list[list[float]], place: int) -> str:
    return f"{median(took[place] for took in side):.2f}"


if __name__ == "__main__":
    main()
