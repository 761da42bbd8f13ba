"""What came out: a table for the terminal and for docs/performance.md, and its plot."""

import os
import platform
from datetime import date
from pathlib import Path
from statistics import median

from . import page
from .contenders import CONTENDERS, ROOT
from .plot import plot
from .rows import Outcome, Rates, outcomes

TITLES = {contender.name: contender.title for contender in CONTENDERS}
Latencies = dict[tuple[str, int], list[tuple[float, float]]]


def bar_table(found: list[Outcome]) -> str:
    lines = [
        "| what | against | connections | at least | measured | from – to | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for outcome in found:
        row = outcome.row
        lines.append(
            f"| {TITLES[row.contender]} | {TITLES[row.peer]} | {row.connections} "
            f"| {row.least:g}× | {outcome.ratio:.1f}× "
            f"| {min(outcome.ratios):.1f} – {max(outcome.ratios):.1f} | {outcome.verdict} |"
        )
    return "\n".join(lines)


def rate_table(rates: Rates, latencies: Latencies) -> str:
    lines = [
        "| server | connections | answers a second | p50, ms | p99, ms |",
        "|---|---|---|---|---|",
    ]
    for (name, connections), figures in sorted(rates.items(), key=lambda entry: entry[0][1]):
        p50, p99 = zip(*latencies[name, connections], strict=True)
        lines.append(
            f"| {TITLES[name]} | {connections} | {median(figures):,.0f} "
            f"| {median(p50):.1f} | {median(p99):.1f} |"
        )
    return "\n".join(lines)


def business(load: float) -> str:
    """A warning where ``load``, processes waiting for a core besides our own, bent the figures."""
    if load < 0.5 * (os.cpu_count() or 1):
        return ""
    return (
        f"**The machine was busy with other work (load average {load:.0f} before the first run): "
        "these figures say little.**\n\n"
    )


def write(rates: Rates, latencies: Latencies, rounds: int, seconds: float, load: float) -> None:
    """docs/performance.md and docs/performance.svg."""
    start = f"""# Performance

Written by `make bench` on {date.today():%d %B %Y}: {os.cpu_count()} cores ({platform.machine()}),
Python {platform.python_version()}, Postgres with durable defaults, Redis; {rounds} interleaved
rounds of {seconds:g} s, each after half a second to get going; medians. The driver shares the
machine. Every answer is authenticated, counted against a limit, judged, recorded with its counters
in one transaction and announced; the project's also carries an idempotency key and a plan of what
comes next. The peers stand in `bench/peers`. The peers run in two processes, the project (the fast
lane, the views alone, and the embedded default, SQLite) in one: each in as many as it is fastest
with.

{business(load)}"""
    table = rate_table(rates, latencies)
    page.put(
        {
            "": start,
            "The bar": bar_table(outcomes(rates)),
            "Rates and latencies": f"{table}\n\n![By number of connections](performance.svg)",
        }
    )
    (ROOT / "docs" / "performance.svg").write_text(plot(rates, latencies))


def folder_for_logs() -> Path:
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
