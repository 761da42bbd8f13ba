"""What a run says at its end: figures reached, and tests that were deselected or could not run."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from .modes import NOT_RUN
from .passes import left_out

FIGURE = "figure"
DESELECTED = pytest.StashKey[Counter[str]]()
# Of a test that another command runs, by its mark.
ELSEWHERE = {"torture": "kills, freezes, fills or cuts servers: make torture", "browser": "browser"}


@pytest.fixture
def record_figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a measured result in the summary: ``record_figure("E1: 200 posts, 1 attempt")``."""
    return lambda text: record_property(FIGURE, text)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[DESELECTED] = Counter()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        elsewhere = (why for mark, why in ELSEWHERE.items() if item.get_closest_marker(mark))
        reason = left_out(item, item.config.getoption("which_pass")) or next(
            elsewhere, "not asked for"
        )
        item.config.stash[DESELECTED][reason] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells the process that reports; they all have deselected the same."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["deselected"] = dict(session.config.stash[DESELECTED])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    node.config.stash[DESELECTED] |= Counter(
        getattr(node, "workeroutput", {}).get("deselected", {})
    )


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ").removeprefix(NOT_RUN)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for each in terminalreporter.stats.values() for r in each]
    finished = [r for r in reports if getattr(r, "when", None) == "call"]
    figures = sorted(
        str(text) for r in finished for name, text in r.user_properties if name == FIGURE
    )
    if figures:
        terminalreporter.section("figures")
        for text in figures:
            terminalreporter.line(text)
    if deselected := terminalreporter.config.stash[DESELECTED]:
        terminalreporter.section("deselected")
        for reason, count in sorted(deselected.items()):
            terminalreporter.line(f"deselected: {count}: {reason}")
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("NOT RUN", red=True, bold=True)
        places = Counter((_reason(r), r.nodeid.partition("::")[0]) for r in skipped)
        for (reason, place), count in sorted(places.items()):
            terminalreporter.line(f"NOT RUN: {count} in {place}: {reason}", red=True)
