"""Jobs that wait share a group; one that fails does so alone; nobody waits for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sessions_core.errors import Unavailable
from sessions_core.fast import batcher
from sessions_core.fast.batcher import Batcher, Contended, DatabaseLost, Job
from sessions_core.rest.limits import Window


class Connection:
    closed = 0
    timeout: float | None = 0.05

    def abort(self) -> None:
        self.closed += 1

    async def close(self) -> None:
        self.closed += 1


class Limits:
    """Refuses whom it was told to, and notes each charge."""

    def __init__(self, *spent: str) -> None:
        self.spent, self.charges = spent, []

    async def charge(self, charges):
        self.charges += charges
        return [[Window(5, 60, 4, 60, 9.0 if who in self.spent else 0.0)] for _, who, _ in charges]

    async def close(self) -> None:
        return None


class World:
    """A batcher over ``run``, and the groups that it was given."""

    def __init__(self, run: Callable[[list[Job]], Any], *spent: str, connections: int = 2) -> None:
        self.groups: list[list[Any]] = []
        self.run, self.limits = run, Limits(*spent)
        self.connections = [Connection() for _ in range(connections)]

    async def _run(self, connection, jobs, charged) -> None:
        self.groups.append([job.wanted for job in jobs])
        await asyncio.sleep(0.01)
        self.run(await charged(jobs))

    async def submit(self, *jobs: Job) -> list[Any]:
        here = Batcher(asyncio.get_running_loop(), self.connections, {"job": self._run})
        here.limits = self.limits
        await asyncio.gather(*(here.submit(job) for job in jobs))
        return [job.result for job in jobs]


def job(wanted: Any, alone: Any = None, **more: Any) -> Job:
    return Job("job", wanted, alone, owner=f"u{wanted}", **more)


def double(jobs: list[Job]) -> None:
    for each in jobs:
        each.result = each.wanted * 2


def run(work: Awaitable[Any]) -> Any:
    return asyncio.run(work)


def test_jobs_that_wait_share_groups() -> None:
    world = World(double)
    assert run(world.submit(*map(job, range(1, 101)))) == [n * 2 for n in range(1, 101)]
    assert len(world.groups) <= 6
    assert max(map(len, world.groups)) <= batcher.SIZE


def test_jobs_with_the_same_alone_are_never_together() -> None:
    world = World(double)
    run(world.submit(*[job(n, alone="session") for n in range(1, 5)], job(9, alone="other")))
    assert [group for group in world.groups if 9 not in group] == [[2], [3], [4]]
    assert [1, 9] in world.groups


def test_one_that_breaks_its_group_is_left_and_the_others_are_done() -> None:
    def run_all(jobs: list[Job]) -> None:
        if any(each.wanted == 3 for each in jobs):
            raise ZeroDivisionError
        double(jobs)

    world = World(run_all)
    jobs = [job(n, limit="progress") for n in (1, 2, 3, 4)]
    assert run(world.submit(*jobs)) == [2, 4, None, 8]
    # Each is charged once, and what is left to another way is not counted here.
    assert sorted(world.limits.charges) == sorted(
        [("progress", f"u{n}", 1) for n in (1, 2, 3, 4)] + [("progress", "u3", -1)]
    )


def test_whoever_is_over_a_limit_is_left_and_counted_nowhere() -> None:
    world = World(double, "u2")
    assert run(world.submit(job(1, limit="progress"), job(2, limit="progress"))) == [2, None]
    assert not [charge for charge in world.limits.charges if charge[2] < 0]


def test_a_database_that_is_lost_turns_everybody_away_and_charges_nobody() -> None:
    def lose(jobs: list[Job]) -> None:
        raise DatabaseLost

    world = World(lose, connections=1)
    jobs = [job(n, alone="session", limit="progress") for n in range(1, 4)]
    assert [type(result) for result in run(world.submit(*jobs))] == [Unavailable] * 3
    assert world.groups == [[1]]
    assert world.connections[0].closed == 1
    assert sum(cost for *_, cost in world.limits.charges) == 0


def test_what_somebody_holds_is_left_at_once() -> None:
    def hold(jobs: list[Job]) -> None:
        raise Contended

    world = World(hold)
    assert run(world.submit(job(1), job(2))) == [None, None]


def test_more_than_may_wait_are_turned_away(monkeypatch) -> None:
    monkeypatch.setattr(batcher, "MAX_WAITING", 3)
    results = run(World(double).submit(*map(job, range(1, 6))))
    assert results[:3] == [2, 4, 6]
    assert [type(result) for result in results[3:]] == [Unavailable] * 2


def test_whoever_waited_too_long_is_turned_away_uncounted(monkeypatch) -> None:
    monkeypatch.setattr(batcher, "TIMEOUT", 0.02)

    async def slow(connection, jobs, charged) -> None:
        await asyncio.sleep(1)

    world = World(double, connections=1)
    world._run = slow
    jobs = [job(n, alone="session", limit="progress") for n in (1, 2)]
    assert [type(result) for result in run(world.submit(*jobs))] == [Unavailable] * 2
    assert sum(cost for *_, cost in world.limits.charges) == 0


@pytest.mark.parametrize("alone", [None, "session"])
def test_a_client_that_leaves_keeps_nobody(alone) -> None:
    async def leave() -> Any:
        world = World(double, connections=1)
        here = Batcher(asyncio.get_running_loop(), world.connections, {"job": world._run})
        gone, stays = job(1, alone), job(2, alone)
        leaving = asyncio.ensure_future(here.submit(gone))
        staying = asyncio.ensure_future(here.submit(stays))
        await asyncio.sleep(0.005)
        leaving.cancel()
        await staying
        return stays.result

    assert run(leave()) == 4


def test_what_cannot_be_stopped_is_waited_for(monkeypatch) -> None:
    """A thread commits whether somebody waits or not, and a 503 would say that it had not."""
    monkeypatch.setattr(Connection, "timeout", None)

    def slow(jobs: list[Job]) -> None:
        double(jobs)

    world = World(slow, connections=1)
    original = world._run

    async def takes_long(connection, jobs, charged) -> None:
        await asyncio.sleep(0.1)
        await original(connection, jobs, charged)

    world._run = takes_long
    assert run(world.submit(job(1))) == [2]
