"""What came out: a table for the terminal and for docs/performance.md, and its plot."""

import os
import platform
from datetime import date
from pathlib import Path
from statistics import median

from .contenders import CONTENDERS, ROOT
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
        "these figures say little, and least of all about one process against two.**\n\n"
    )


def write(rates: Rates, latencies: Latencies, rounds: int, seconds: float, load: float) -> None:
    """docs/performance.md and docs/performance.svg."""
    page = f"""# Performance

Written by `make bench` on {date.today():%d %B %Y}: {os.cpu_count()} cores ({platform.machine()}),
Python {platform.python_version()}, Postgres with durable defaults, Redis; {rounds} interleaved
rounds of {seconds:g} s, medians. The driver shares the machine. Every answer is authenticated,
counted against a limit, judged, recorded with its counters in one transaction and announced; the
project's also carries an idempotency key and a plan of what comes next. The peers stand in
`bench/peers`. They run in two processes, the project's fast lane in one.

{business(load)}## The bar

{bar_table(outcomes(rates))}

## Rates and latencies

{rate_table(rates, latencies)}

![Answers a second by connections](performance.svg)
"""
    (ROOT / "docs" / "performance.md").write_text(page)
    (ROOT / "docs" / "performance.svg").write_text(plot(rates))


_COLOURS = ("#1b6ac9", "#7aa6dd", "#2b8a5a", "#b3261e", "#c77700", "#6b6b6b")


def plot(rates: Rates) -> str:
    """Bars by contender, grouped by connections."""
    counts = sorted({connections for _, connections in rates})
    top = max(median(figures) for figures in rates.values())
    bars = []
    for group, connections in enumerate(counts):
        for place, (name, title) in enumerate(TITLES.items()):
            if (name, connections) not in rates:
                continue
            rate = median(rates[name, connections])
            x, height = 60 + group * 220 + place * 30, 220 * rate / top
            bars.append(
                f'<rect x="{x}" y="{250 - height:.1f}" width="26" height="{height:.1f}" '
                f'fill="{_COLOURS[place]}"><title>{title}: {rate:,.0f}/s</title></rect>'
                f'<text x="{x + 13}" y="{246 - height:.1f}" text-anchor="middle">{rate:,.0f}</text>'
            )
        bars.append(f'<text x="{150 + group * 220}" y="268">{connections} connections</text>')
    for place, title in enumerate(TITLES.values()):
        x, y = 60 + place % 3 * 220, 290 + place // 3 * 16
        bars.append(
            f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{_COLOURS[place]}"/>'
            f'<text x="{x + 15}" y="{y}">{title}</text>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 320" font-size="10" '
        'font-family="sans-serif"><text x="60" y="16">Answers a second</text>'
        f"{''.join(bars)}</svg>\n"
    )


def folder_for_logs() -> Path:
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
