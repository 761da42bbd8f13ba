"""What came out: a table for the terminal and for docs/performance.md, and its plot."""

import os
import platform
from datetime import date
from statistics import median

from . import page
from .contenders import CONTENDERS
from .places import ROOT
from .plot import plot
from .rows import Absent, Outcome, Rates, outcomes

TITLES = {contender.name: contender.title for contender in CONTENDERS}
Latencies = dict[tuple[str, int], list[tuple[float, float]]]


def bar_table(found: list[Outcome]) -> str:
    lines = [
        "| what | against | connections | at least | measured | from – to | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for outcome in found:
        row = outcome.row
        measured, spread = "–", "–"
        if outcome.ratios:
            measured = f"{outcome.ratio:.2f}×"
            spread = f"{min(outcome.ratios):.2f} – {max(outcome.ratios):.2f}"
        lines.append(
            f"| {TITLES[row.contender]} | {TITLES[row.peer]} | {row.connections} "
            f"| {row.least:g}× | {measured} | {spread} | {outcome.verdict} |"
        )
    return "\n".join(lines)


def rate_table(rates: Rates, latencies: Latencies, absent: Absent) -> str:
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
    lines += [f"| {TITLES[name]} | – | not run: {why} | – | – |" for name, why in absent.items()]
    return "\n".join(lines)


def business(load: float) -> str:
    """A warning where ``load``, processes waiting for a core besides our own, bent the figures."""
    if load < 0.5 * (os.cpu_count() or 1):
        return ""
    return (
        f"**The machine was busy with other work (load average {load:.0f} before the first run): "
        "these figures say little.**\n\n"
    )


def write(
    rates: Rates, latencies: Latencies, absent: Absent, rounds: int, seconds: float, load: float
) -> None:
    """docs/performance.md and docs/performance.svg."""
    start = f"""# Performance

Written by `make bench` on {date.today():%d %B %Y}: {os.cpu_count()} cores ({platform.machine()}),
Python {platform.python_version()}, Postgres with durable defaults, Redis; {rounds} interleaved
rounds of {seconds:g} s, each after half a second to get going; medians. The driver shares the
machine. Every answer is authenticated, counted against a limit, judged, recorded with its counters
in one transaction and announced; the project's also carries an idempotency key and a plan of what
comes next. The peers stand in `bench/peers`. They run in two processes, but for Go, which needs one
for both cores; so does the project (the fast path, the views alone, and the embedded default,
SQLite). Each runs in as many as it is fastest with. What could not run on this machine is named as
not run, and says nothing.

{business(load)}"""
    table = rate_table(rates, latencies, absent)
    page.put(
        {
            "": start,
            "The bar": bar_table(outcomes(rates, absent)),
            "Rates and latencies": f"{table}\n\n![By number of connections](performance.svg)",
        }
    )
    (ROOT / "docs" / "performance.svg").write_text(plot(rates, latencies))
