"""The tests' own ground: what cannot run is said, and the servers do what they are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from tests.support import passes, ports

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent

SAMPLE = """
import pytest

@pytest.mark.parametrize("mark", [
    pytest.param(name, marks=getattr(pytest.mark, name))
    for name in ("postgres", "redis", "processes", "browser")
])
def test_that_needs_a_server(mark):
    pass

def test_that_needs_nothing(record_figure):
    record_figure("X9: 1 of 1")
"""


TWO_PASSES = """
import pytest

def test_of_no_database():
    pass

@pytest.mark.django_db
def test_of_the_models():
    pass

@pytest.mark.sqlite
def test_of_sqlite():
    pass

@pytest.mark.both_databases
def test_of_both():
    pass

@pytest.mark.redis
def test_of_redis():
    pass

@pytest.mark.torture
@pytest.mark.both_databases
def test_that_takes_long():
    pass
"""


@pytest.fixture
def fresh_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Run pytest in a process that has chosen no settings yet, with this project's plugins."""
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    pytester.makeini((ROOT / "pytest.ini").read_text())

    def run(*options: str) -> pytest.RunResult:
        plugins = (f"-ptests.support.{name}" for name in ("modes", "report", "fixtures"))
        return pytester.run(sys.executable, "-m", "pytest", ".", *plugins, *options)

    return run


def test_a_test_without_its_server_is_listed_as_not_run(fresh_pytest, pytester) -> None:
    pytester.makepyfile(SAMPLE)

    result = fresh_pytest("--in-process")

    result.assert_outcomes(passed=1, skipped=4)
    result.stdout.fnmatch_lines(
        [
            "*figures*",
            "X9: 1 of 1",
            "NOT RUN: 1 in *: browser tests run by themselves*",
            "NOT RUN: 1 in *: this run has no Redis",
            "NOT RUN: 1 in *: this run is not on Postgres",
            "NOT RUN: 1 in *: this run starts no processes",
        ]
    )


def test_what_a_pass_leaves_out_is_counted_with_its_reason(fresh_pytest, pytester) -> None:
    pytester.makepyfile(TWO_PASSES)

    result = fresh_pytest(
        *("--database", "sqlite", "--pass", "second", "-m", "not torture"),
        *("-n", "2"),
    )

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*deselected*",
            "deselected: 1: kills, freezes, fills or cuts servers: make torture",
            "deselected: 1: needs Postgres or Redis: in the first pass",
            "deselected: 1: uses no database: in the first pass",
            "deselected: 1: uses the database by Django's models alone: in the first pass",
        ]
    )


def test_every_place_that_runs_on_both_databases_is_there() -> None:
    assert [place for place in passes.BOTH if not (ROOT / place).exists()] == []


def test_no_two_processes_are_given_the_same_port() -> None:
    give = (
        "from tests.support.ports import free_port\n"
        "print(*(free_port() for _ in range(200)), flush=True); input()"
    )
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", give],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    given = [int(port) for process in begun for port in process.stdout.readline().split()]
    for process in begun:
        process.communicate("end\n")

    outgoing = int(ports.OUTGOING.read_text().split()[0])
    assert len(given) == len(set(given)) == 600
    assert max(given) < outgoing


def test_without_a_postgres_the_run_stops_and_names_what_is_missing(
    fresh_pytest, pytester, monkeypatch
) -> None:
    pytester.makepyfile(
        nothing_here="""
        from tests.support import postgres_server
        postgres_server.local_url = postgres_server.find_binaries = lambda: None
        """
    )
    monkeypatch.delenv("DATABASE_URL")

    result = fresh_pytest("-pnothing_here")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*No Postgres for the tests: DATABASE_URL names none*"])


@pytest.mark.processes
def test_an_own_redis_can_hang_die_and_come_back_at_its_address(own_redis) -> None:
    server = own_redis()
    with (
        redis.Redis.from_url(server.url, retry=None) as patient,
        redis.Redis.from_url(server.url, socket_timeout=0.2, retry=None) as impatient,
    ):
        assert patient.ping()
        server.pause()
        with pytest.raises(redis.exceptions.TimeoutError):
            impatient.ping()
        server.resume()
        assert patient.ping()
        server.kill()
        with pytest.raises(redis.exceptions.ConnectionError):
            patient.ping()
        server.start()
        assert patient.ping()
