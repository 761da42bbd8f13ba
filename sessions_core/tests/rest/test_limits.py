"""Limits to the digit: by a clock of our own in one process, by Redis' clock in several."""

import subprocess
import sys
from uuid import uuid4

import pytest
import redis

from sessions_core.rest import limits
from sessions_core.rest.limit_redis import RedisStore, SharedStore
from sessions_core.rest.limit_stores import Charge, ProcessStore

MINUTE = ((120, 60),)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> ProcessStore:
    return ProcessStore(clock)


@pytest.fixture(params=["process", pytest.param("redis", marks=pytest.mark.redis)])
def any_store(request: pytest.FixtureRequest):
    return RedisStore() if request.param == "redis" else ProcessStore()


@pytest.fixture
def who() -> str:
    return uuid4().hex


def take(store, who: str, windows=MINUTE, cost: int = 1):
    """The usages after one charge; whether it was accepted is in their ``wait``."""
    (usages,) = store.charge([Charge(who, tuple(windows), cost)])
    return usages


def accepted(store, who: str, windows=MINUTE, cost: int = 1) -> bool:
    return not any(usage.wait for usage in take(store, who, windows, cost))


def test_as_many_as_the_limit_and_not_one_more(any_store, who) -> None:
    assert [accepted(any_store, who) for _ in range(123)] == [True] * 120 + [False] * 3


def test_everybody_has_their_own_count(any_store, who) -> None:
    assert accepted(any_store, who, [(1, 60)])
    assert not accepted(any_store, who, [(1, 60)])
    assert accepted(any_store, f"{who}-other", [(1, 60)])


def test_the_count_of_what_is_used(any_store, who) -> None:
    assert [take(any_store, who, [(3, 60)])[0].used for _ in range(5)] == [1, 2, 3, 3, 3]


def test_looking_counts_nothing(any_store, who) -> None:
    take(any_store, who, [(2, 60)])

    assert [take(any_store, who, [(2, 60)], cost=0)[0].used for _ in range(3)] == [1, 1, 1]


def test_what_was_counted_for_nothing_is_taken_back(any_store, who) -> None:
    for _ in range(2):
        take(any_store, who, [(2, 60), (9, 3600)])
    assert not accepted(any_store, who, [(2, 60), (9, 3600)])

    minute, hour = take(any_store, who, [(2, 60), (9, 3600)], cost=-1)

    assert (minute.used, hour.used) == (1, 1)
    assert accepted(any_store, who, [(2, 60), (9, 3600)])


def test_no_more_is_taken_back_than_there_is(any_store, who) -> None:
    take(any_store, who)
    assert [take(any_store, who, cost=-1)[0].used for _ in range(2)] == [0, 0]
    assert take(any_store, who, cost=-1)[0].reset == 0


def test_a_batch_counts_whole_or_not_at_all(any_store, who) -> None:
    assert accepted(any_store, who, cost=100)
    assert not accepted(any_store, who, cost=21)
    assert accepted(any_store, who, cost=20)
    assert not accepted(any_store, who)


def test_a_batch_over_the_whole_limit_never_fits(any_store, who) -> None:
    assert take(any_store, who, [(5, 60)], cost=6)[0].wait == 60


def test_all_windows_hold_at_once_and_a_refusal_counts_in_none(any_store, who) -> None:
    windows = [(3, 60), (5, 3600)]
    assert [accepted(any_store, who, windows) for _ in range(4)] == [True] * 3 + [False]

    minute, hour = take(any_store, who, windows, cost=0)
    assert (minute.used, hour.used) == (3, 3)


def test_many_charges_in_one_go_are_counted_in_order(any_store, who) -> None:
    charges = [Charge(who, ((2, 60),), 1)] * 3 + [Charge(f"{who}-other", ((9, 60), (5, 9)), 4)]

    answers = any_store.charge(charges)

    assert [[bool(usage.wait) for usage in usages] for usages in answers] == [
        [False],
        [False],
        [True],
        [False, False],
    ]


def test_the_wait_is_the_time_until_the_request_would_pass(store, clock, who) -> None:
    for _ in range(3):
        take(store, who, [(3, 60)])
        clock.now += 10
    (usage,) = take(store, who, [(3, 60)])
    assert (usage.wait, usage.reset) == (30, 30)
    (usage,) = take(store, who, [(3, 60)], cost=2)
    assert usage.wait == 40

    clock.now += 29.9
    assert not accepted(store, who, [(3, 60)])
    clock.now += 0.1
    assert accepted(store, who, [(3, 60)])


def test_nobody_gets_more_by_crossing_the_edge_of_a_window(store, clock, who) -> None:
    """Attempts ten times as fast as allowed, for ten windows: no stretch holds more than 120."""
    passed = []
    for _ in range(12_000):
        clock.now += 0.05
        if accepted(store, who):
            passed.append(clock.now)

    busiest = max(sum(start <= at < start + 60 for at in passed) for start in passed)
    assert busiest == 120
    assert len(passed) == 10 * 120


@pytest.mark.redis
def test_redis_lets_nobody_in_before_the_oldest_has_left(run, who) -> None:
    store, client = RedisStore(), redis.Redis.from_url(run.redis_url)
    before = client.time()
    assert [accepted(store, who, [(20, 1)]) for _ in range(21)] == [True] * 20 + [False]

    while not accepted(store, who, [(20, 1)]):
        pass
    after = client.time()
    client.close()

    assert (after[0] - before[0]) * 1_000_000 + after[1] - before[1] >= 1_000_000


def test_memory_is_given_back(store, clock, who) -> None:
    for number in range(1000):
        take(store, f"{who}{number}")
    clock.now += 61
    take(store, who)

    assert len(store._moments) == 1


def test_memory_is_bounded_by_letting_the_longest_unused_go(store, clock, who, monkeypatch) -> None:
    monkeypatch.setattr(ProcessStore, "MAX_KEYS", 10)
    for number in range(50):
        take(store, f"{who}{number}", [(1, 600)])
    clock.now += ProcessStore.SWEEP_SECONDS
    take(store, who)

    assert len(store._moments) == 11
    assert not accepted(store, f"{who}49", [(1, 600)])


CONSUMER = """
import django, sys
django.setup()
from sessions_core.rest import limits
passed = 0
for _ in range(100):
    try:
        limits.consume("progress", sys.argv[1])
    except limits.OverLimit:
        continue
    passed += 1
print(passed)
"""


@pytest.mark.redis
@pytest.mark.processes
def test_processes_share_the_count(who, record_figure) -> None:
    command = [sys.executable, "-c", CONSUMER, who]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    passed = [int(process.communicate()[0]) for process in processes]

    record_figure(f"A3: three processes, limit 120: {' + '.join(map(str, passed))} passed")
    assert sum(passed) == 120


@pytest.fixture
def fragile(own_redis, settings, caplog):
    """A shared store over a Redis of its own, and that Redis."""
    server = own_redis()
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": server.url},
    }
    return SharedStore(RedisStore(), ProcessStore()), server


class Counting:
    """Counts how often Redis is asked."""

    def __init__(self, store: RedisStore) -> None:
        self.store = store
        self.asked = 0

    def charge(self, charges):
        self.asked += 1
        return self.store.charge(charges)


@pytest.mark.redis
@pytest.mark.processes
@pytest.mark.parametrize("failure", ["kill", "pause"])
def test_without_redis_limits_count_in_the_process(fragile, who, caplog, failure) -> None:
    store, server = fragile
    store.PAUSE_SECONDS = 3600
    assert accepted(store, who)
    store.shared = counting = Counting(store.shared)

    getattr(server, failure)()
    results = [accepted(store, who, [(30, 60)]) for _ in range(40)]

    assert results == [True] * 30 + [False] * 10
    assert counting.asked == 1
    assert caplog.text.count("limits count in this process alone") == 1


@pytest.mark.redis
@pytest.mark.processes
def test_when_redis_is_back_it_counts_again(fragile, who, monkeypatch) -> None:
    store, server = fragile
    monkeypatch.setattr(SharedStore, "PAUSE_SECONDS", 0)
    accepted(store, who)
    server.kill()
    accepted(store, who)

    server.start()
    used = [take(store, who)[0].used for _ in range(3)]

    assert used == [1, 2, 3]  # Redis came back empty, and the process's own count is left behind.


class TestAnswers:
    """What a client sees of a limit."""

    pytestmark = [pytest.mark.urls("sessions_core.tests.rest.surface"), pytest.mark.django_db]

    def test_the_tightest_window_is_in_the_headers(self, client) -> None:
        responses = [client.get("/kit/limited") for _ in range(4)]

        assert [r.status_code for r in responses] == [200, 200, 200, 429]
        assert [r["RateLimit-Limit"] for r in responses] == ["3"] * 4
        assert [r["RateLimit-Remaining"] for r in responses] == ["2", "1", "0", "0"]
        assert all(1 <= int(r["RateLimit-Reset"]) <= 60 for r in responses)

    def test_a_refusal_says_why_and_when_to_come_back(self, client) -> None:
        for _ in range(3):
            client.get("/kit/limited")
        response = client.get("/kit/limited")

        assert response.json()["message"] == "Too many tries"
        assert response["Retry-After"] == response["RateLimit-Reset"]

    def test_a_request_that_fails_counts_and_says_so(self, client) -> None:
        response = client.post("/kit/keep", b"{", content_type="application/json")

        assert response.status_code == 400
        assert response["RateLimit-Remaining"] == "2"

    def test_another_user_is_counted_apart(self, client, client_of, stranger) -> None:
        for _ in range(4):
            client.get("/kit/limited")

        assert client_of(stranger).get("/kit/limited").status_code == 200

    def test_a_forwarded_address_changes_nothing(self, client) -> None:
        statuses = [
            client.get("/kit/limited", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code
            for n in range(4)
        ]

        assert statuses == [200, 200, 200, 429]

    def test_a_project_sets_its_own_limits_over_the_defaults(self, client, settings) -> None:
        settings.SESSIONS_LIMITS = {"kit-test": [(1, 60)]}

        assert client.get("/kit/limited")["RateLimit-Limit"] == "1"
        assert limits.windows_of("progress") == [(120, 60)]
