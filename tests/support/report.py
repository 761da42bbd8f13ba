"""What a run says at its end: figures reached, and tests that were not run."""

from collections import Counter
from collections.abc import Callable

import pytest

from .modes import NOT_RUN

FIGURE = "figure"


@pytest.fixture
def record_figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a measured result in the summary: ``record_figure("E1: 200 posts, 1 attempt")``."""
    return lambda text: record_property(FIGURE, text)


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
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("NOT RUN", red=True, bold=True)
        places = Counter((_reason(r), r.nodeid.partition("::")[0]) for r in skipped)
        for (reason, place), count in sorted(places.items()):
            terminalreporter.line(f"NOT RUN: {count} in {place}: {reason}", red=True)
