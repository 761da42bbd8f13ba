"""The plot of throughput and latency against the number of connections, as SVG."""

from collections.abc import Callable, Mapping
from math import log10
from statistics import median

from .contenders import CONTENDERS

TITLES = {contender.name: contender.title for contender in CONTENDERS}
_COLOURS = ("#1b6ac9", "#7aa6dd", "#2b8a5a", "#b3261e", "#c77700", "#6b6b6b", "#00838f", "#8e5bb5")
_WIDTH, _HEIGHT, _BAR = 270, 200, 30
Points = Mapping[tuple[str, int], float]


def plot(
    rates: Mapping[tuple[str, int], list[float]],
    latencies: Mapping[tuple[str, int], list[tuple[float, float]]],
) -> str:
    """Bars by contender, grouped by connections: rates above, latencies below on a log scale."""
    answers = {side: median(figures) for side, figures in rates.items()}
    p50 = {side: median(one for one, _ in figures) for side, figures in latencies.items()}
    p99 = {side: median(other for _, other in figures) for side, figures in latencies.items()}
    top, slowest = max(answers.values()), max(p99.values())

    def by_decades(ms: float) -> float:
        return log10(max(ms, 0.1) / 0.1) / log10(slowest / 0.1)

    parts = [
        _panel(20, "Answers a second", answers, lambda rate: rate / top),
        _panel(270, "Milliseconds an answer, p50 (p99 above it, logarithmic)", p50, by_decades),
        *_whiskers(270, p50, p99, by_decades),
        *_connections(sorted({connections for _, connections in rates})),
        *_legend(530, {name for name, _ in rates}),
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 890 580" font-size="10" '
        f'font-family="sans-serif">{"".join(parts)}</svg>\n'
    )


def _left(points: Points, side: tuple[str, int]) -> int:
    name, connections = side
    group = sorted({count for _, count in points}).index(connections)
    return 60 + group * _WIDTH + list(TITLES).index(name) * _BAR


def _panel(y: int, title: str, points: Points, scale: Callable[[float], float]) -> str:
    """One bar for each point; ``scale`` gives its height, 0 to 1."""
    bars = [f'<text x="60" y="{y}">{title}</text>']
    for side, value in points.items():
        x, height = _left(points, side), _HEIGHT * scale(value)
        bottom, colour = y + _HEIGHT + 25, _COLOURS[list(TITLES).index(side[0])]
        figure = f"{value:,.0f}" if value >= 20 else f"{value:.1f}"
        bars.append(
            f'<rect x="{x}" y="{bottom - height:.1f}" width="26" height="{height:.1f}" '
            f'fill="{colour}"><title>{TITLES[side[0]]}: {figure}</title></rect>'
            f'<text x="{x + 13}" y="{bottom - height - 4:.1f}" '
            f'text-anchor="middle">{figure}</text>'
        )
    return "".join(bars)


def _whiskers(y: int, low: Points, high: Points, scale: Callable[[float], float]) -> list[str]:
    """A line on each bar, from ``low`` up to ``high``."""
    lines = []
    for side, value in high.items():
        x, bottom = _left(high, side) + 23, y + _HEIGHT + 25
        ends = [bottom - _HEIGHT * scale(figure) for figure in (low[side], value)]
        lines.append(
            f'<path d="M{x} {ends[0]:.1f}V{ends[1]:.1f}m-3 0h6" stroke="#333" fill="none">'
            f"<title>{TITLES[side[0]]}: p99 {value:.1f} ms</title></path>"
        )
    return lines


def _connections(counts: list[int]) -> list[str]:
    middle = 60 + len(TITLES) * _BAR // 2
    return [
        f'<text x="{middle + group * _WIDTH}" y="{y}" text-anchor="middle">{count} '
        f"connection{'s' if count > 1 else ''}</text>"
        for group, count in enumerate(counts)
        for y in (258, 508)
    ]


def _legend(y: int, measured: set[str]) -> list[str]:
    shown = [
        (colour, title)
        for colour, (name, title) in zip(_COLOURS, TITLES.items(), strict=True)
        if name in measured
    ]
    return [
        f'<rect x="{60 + place % 3 * 220}" y="{y + place // 3 * 16 - 9}" width="10" height="10" '
        f'fill="{colour}"/>'
        f'<text x="{75 + place % 3 * 220}" y="{y + place // 3 * 16}">{title}</text>'
        for place, (colour, title) in enumerate(shown)
    ]
