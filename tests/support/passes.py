"""What each pass of ``make test`` runs: everything on Postgres, on SQLite what may differ there.

A test is in the second pass if

- it has the mark ``sqlite`` or ``both_databases``; or
- it commits (``django_db(transaction=True)``): in locks, writers, races and what follows a commit
  the two databases differ most; or
- it stands in one of the files of ``BOTH``: what the product promises of sessions, answers, ends,
  limits, figures and imports, each surface's contract, and the hostile values.

So it is not in the second pass if it uses no database, or if it starts the product or goes through
Django's models alone: those the first pass has shown, for either database. Nor if it needs what
only the first pass has, Postgres or Redis. A test of SQLite itself is not in the first pass.

A test that is not in a pass is deselected, not skipped; ``report`` says how many, and why.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Files, and folders of files.
BOTH = (
    "analytics/tests/test_audit.py",
    "analytics/tests/test_canaries.py",
    "analytics/tests/test_contract.py",
    "analytics/tests/test_hostile_input.py",
    "anonymous_sessions/tests/test_adoption.py",
    "anonymous_sessions/tests/test_contract.py",
    "anonymous_sessions/tests/test_sync.py",
    "anonymous_sessions/tests/test_usage.py",
    "evaluations/tests/test_contract.py",
    "langportal/tests/test_seed_demo.py",
    "sessions_core/tests/imports/test_command.py",
    "sessions_core/tests/rest/test_idempotency.py",
    "sessions_core/tests/rest/test_limits.py",
    "sessions_core/tests/test_achievements.py",
    "sessions_core/tests/test_answers.py",
    "sessions_core/tests/test_claim.py",
    "sessions_core/tests/test_counts.py",
    "sessions_core/tests/test_days_and_zones.py",
    "sessions_core/tests/test_endings.py",
    "sessions_core/tests/test_exercises_contract.py",
    "sessions_core/tests/test_interleavings.py",
    "sessions_core/tests/test_pages.py",
    "sessions_core/tests/test_portal_contract.py",
    "sessions_core/tests/test_practice_contract.py",
    "sessions_core/tests/test_scheduling.py",
    "sessions_core/tests/test_start_twice.py",
    "sessions_core/tests/test_streaks.py",
    "sessions_core/tests/test_tokens.py",
    "sessions_core/tests/test_verify_stats.py",
)
DATABASE_FIXTURES = {"db", "transactional_db", "databases"}


def _needs(item: pytest.Item, *marks: str) -> bool:
    return any(item.get_closest_marker(mark) for mark in marks)


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(mark and mark.kwargs.get("transaction"))


def _uses_database(item: pytest.Item) -> bool:
    return _needs(item, "django_db") or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


def _stands_in(item: pytest.Item, places: tuple[str, ...]) -> bool:
    path = item.path.relative_to(ROOT) if item.path.is_relative_to(ROOT) else item.path
    return any(path == Path(place) or Path(place) in path.parents for place in places)


def left_out(item: pytest.Item, which: str | None) -> str | None:
    """Why a test is not in the first or the second pass; ``None`` when it is."""
    if which == "first":
        return "about SQLite itself: in the second pass" if _needs(item, "sqlite") else None
    if which is None or _needs(item, "sqlite", "browser"):
        return None
    if _needs(item, "postgres", "redis"):
        return "needs Postgres or Redis: in the first pass"
    if _needs(item, "both_databases"):
        return None
    if not _uses_database(item):
        return "uses no database: in the first pass"
    if _needs(item, "processes"):
        return "is about the product's processes, not its database: in the first pass"
    if _commits(item) or _stands_in(item, BOTH):
        return None
    return "uses the database by Django's models alone: in the first pass"
