"""Whether a server's memory stays flat, and how soon ``make run`` takes an answer.

python -m bench.endurance [--answers 200000] [--write]
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from urllib.error import URLError

from tqdm import tqdm

from tests.support.ports import free_port

from . import page
from .__main__ import bench_run, drive, postgres_world
from .bars import MEMORY_MIB, START_SECONDS
from .contenders import CONTENDERS, Server
from .places import ROOT, folder_for_logs

STEPS = 20
# Caches fill first: 2,000 learners' tokens and plans, pools, arenas. The slope begins after them.
SETTLED = 0.3


def main() -> None:
    wanted = arguments()
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="langportal-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        started = start_times(folder, wanted.starts)
        env = postgres_world(bench_run(folder, ending), folder, ending)
        points = memory(env, folder, wanted.answers, ending)
    text = report(points, started)
    print(text)
    if wanted.write:
        page.put({"Memory and start": text})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.endurance", description=__doc__)
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    return parser.parse_args()


def memory(
    env: dict[str, str], folder: Path, answers: int, ending: ExitStack
) -> list[tuple[int, float]]:
    """(answers so far, MiB in memory) of one process that takes answers by the fast path."""
    # It has one worker, so that the memory is not that of a parent.
    project = next(contender for contender in CONTENDERS if contender.name == "project")
    server = Server(project, env, folder_for_logs() / "endurance.log", folder)
    ending.callback(server.stop)
    taken, points = 0, []
    with tqdm(total=answers, desc="Answers", unit_scale=True) as bar:
        while taken < answers:
            result = drive(project, server, folder, 64, 1.0)
            taken += result["answers"]
            bar.update(result["answers"])
            if taken >= (len(points) + 1) * answers / STEPS:
                points.append((taken, resident(server.pid)))
    return points


def resident(pid: int) -> float:
    """MiB of the process itself, without what it has only mapped."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def slope(points: list[tuple[int, float]]) -> float:
    """MiB in a million answers, by least squares over the settled part."""
    late = points[int(len(points) * SETTLED) :]
    mean_x = sum(x for x, _ in late) / len(late)
    mean_y = sum(y for _, y in late) / len(late)
    above = sum((x - mean_x) * (y - mean_y) for x, y in late)
    return 1e6 * above / sum((x - mean_x) ** 2 for x, _ in late)


def start_times(folder: Path, count: int) -> list[float]:
    """Seconds from ``make run``'s command to its first answer, with the demo already there."""
    env = {**os.environ, "DEBUG": "true", "DEMO": "true", "LOG_LEVEL": "ERROR"}
    env |= {"DATABASE_URL": f"sqlite:///{folder / 'start.sqlite3'}", "REDIS_URL": ""}
    with Run(env) as first:
        token = first.call("/api/token/", {"username": "learner", "password": "practise-out-loud"})
        first.token = token["access"]
        wish = {"activity_id": 1, "settings": {"word_count": 200}}
        session = first.call("/api/v1/sessions/start", wish)
        answer = {"item_id": session["first_item"]["item_id"], "answer": "?", "time_taken": 1}
    took = []
    for _ in tqdm(range(count), "Starting"):
        began = time.perf_counter()
        with Run(env, first.token) as run:
            run.call(f"/api/v1/sessions/{session['session_id']}/progress", answer)
            took.append(time.perf_counter() - began)
    return took


class Run:
    """``make run`` without make."""

    def __init__(self, env: dict[str, str], token: str = "") -> None:
        self.token, self._port = token, free_port()
        command = [sys.executable, "manage.py", "serve", "--port", str(self._port)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)

    def call(self, path: str, body: dict) -> dict:
        """The answer to a POST, as soon as there is one; within a minute."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        address = f"http://127.0.0.1:{self._port}{path}"
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)
        until = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    return json.load(response)
            except URLError as error:
                refused = isinstance(error.reason, ConnectionRefusedError)
                if not refused or time.monotonic() > until:
                    raise
                time.sleep(0.01)


def report(points: list[tuple[int, float]], started: list[float]) -> str:
    grown, median_start = slope(points), sorted(started)[len(started) // 2]
    rows = [
        (
            f"memory of a server after {points[-1][0]:,} answers",
            f"{MEMORY_MIB} MiB a million",
            f"{grown:.1f} MiB a million ({points[0][1]:.0f} → {points[-1][1]:.0f} MiB)",
            grown <= MEMORY_MIB,
        ),
        (
            "start of `make run` to its first answer",
            f"{START_SECONDS:g} s",
            f"{median_start:.1f} s ({min(started):.1f} – {max(started):.1f})",
            median_start <= START_SECONDS,
        ),
    ]
    lines = ["| what | at most | measured | verdict |", "|---|---|---|---|"]
    lines += [f"| {a} | {b} | {c} | {'met' if ok else 'missed'} |" for a, b, c, ok in rows]
    lines += ["", "| answers | MiB in memory |", "|---|---|"]
    lines += [f"| {taken:,} | {mib:.1f} |" for taken, mib in points[:: max(1, len(points) // 10)]]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
