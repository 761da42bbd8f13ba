"""Group commit: who waits for whom, and what happens when something cannot be waited for."""

import asyncio
import threading

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from sessions_core.actor import Actor
from sessions_core.errors import Unavailable
from sessions_core.fastlane import groups
from sessions_core.fastlane.groups import GroupCommit
from sessions_core.fastlane.metrics import metrics
from sessions_core.fastlane.waiting import FairQueue, Waiting
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission, Verdict
from sessions_core.models import Attempt, Plan, Session

from ..builders import actor_of, learner, vocabulary
from .practice import in_a_loop


@pytest.fixture(autouse=True)
def _no_limit(settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(10_000, 60)]}


def submissions(sessions: int, *, keys: bool = False) -> list[Submission]:
    """An answer to each of as many sessions, each of a learner of its own."""
    from uuid import uuid4

    activity = vocabulary()
    made = []
    for number in range(sessions):
        actor = actor_of(learner(f"learner{number}"))
        session = start(actor, "portal", Wishes(activity_id=activity.pk))
        item_id = Plan.objects.get(session=session).item_ids[0]
        key = uuid4() if keys else None
        made.append(Submission(actor, session.pk, item_id, "hola", 1000, key=key))
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("keys", [False, True])
def test_as_many_statements_for_sixty_four_answers_as_for_one(keys) -> None:
    many = submissions(65, keys=keys)
    counts = []
    for group in (many[:1], many[1:]):
        with CaptureQueriesContext(connection) as captured:
            assert all(isinstance(result, Verdict) for result in answer(group))
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in captured))
    # Lock, read the plans, (look for the keys,) read the items, insert, update.
    if connection.vendor == "postgresql":
        assert counts == [5 + keys, 5 + keys]
    else:
        # One writer at a time: the update is a statement a row, in one transaction.
        assert counts[1] <= counts[0] + 64


@pytest.mark.django_db(transaction=True)
def test_answers_that_arrive_together_are_committed_together() -> None:
    many = submissions(40)
    before = metrics.snapshot()

    async def together(group_commit: GroupCommit) -> list[Waiting]:
        return await asyncio.gather(*(group_commit.answer(each) for each in many))

    outcomes = in_a_loop(together)
    assert all(isinstance(outcome.result, Verdict) for outcome in outcomes)
    assert Attempt.objects.count() == 40
    assert metrics.answers - before["answers"] == 40
    assert metrics.groups - before["groups"] == 2  # the first by itself, the others behind it


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_session_held_elsewhere_holds_nobody_up() -> None:
    busy, free = submissions(2)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Session.objects.select_for_update().get(pk=busy.session_id)
            held.set()
            done.wait(30)
        connections.close_all()

    async def both(group_commit: GroupCommit) -> tuple[Waiting, bool, Waiting]:
        late = asyncio.create_task(group_commit.answer(busy))
        first = await group_commit.answer(free)
        still_waiting = not late.done()
        done.set()
        return first, still_waiting, await late

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    first, still_waiting, late = in_a_loop(both)
    holder.join()
    assert isinstance(first.result, Verdict)
    assert still_waiting
    assert isinstance(late.result, Verdict)


@pytest.mark.django_db(transaction=True)
def test_a_full_queue_turns_away(monkeypatch) -> None:
    monkeypatch.setattr(groups, "QUEUE", 3)
    many = submissions(6)

    async def together(group_commit: GroupCommit) -> list[Waiting]:
        return await asyncio.gather(*(group_commit.answer(each) for each in many))

    results = [outcome.result for outcome in in_a_loop(together)]
    # Three wait, after one that may have left for its commit already.
    recorded = Attempt.objects.count()
    assert recorded in (3, 4)
    assert [isinstance(result, Verdict) for result in results] == [n < recorded for n in range(6)]
    assert all(isinstance(result, Unavailable) for result in results[recorded:])


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_to_each_and_nothing_is_kept(monkeypatch) -> None:
    many = submissions(3)

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    async def together(group_commit: GroupCommit) -> list[Waiting]:
        with monkeypatch.context() as outage:
            outage.setattr(BaseDatabaseWrapper, "cursor", away)
            outage.setattr(BaseDatabaseWrapper, "ensure_connection", away)
            lost = await asyncio.gather(*(group_commit.answer(each) for each in many))
        return [*lost, await group_commit.answer(many[0])]

    *lost, after = in_a_loop(together)
    assert all(isinstance(outcome.result, Unavailable) for outcome in lost)
    assert isinstance(after.result, Verdict)
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_crowd_of_retries_shares_a_few_groups() -> None:
    """One is recorded, whichever it is; what waits under its key meanwhile is replayed together."""
    (one,) = submissions(1, keys=True)
    before = metrics.snapshot()

    async def together(group_commit: GroupCommit) -> list[Waiting]:
        return await asyncio.gather(*(group_commit.answer(one) for _ in range(150)))

    results = [outcome.result for outcome in in_a_loop(together)]
    assert Attempt.objects.count() == 1
    assert len({result._replace(replayed=True) for result in results}) == 1
    assert [result.replayed for result in results].count(False) == 1
    assert metrics.snapshot()["groups"] - before["groups"] <= 10


def test_a_busy_session_takes_turns_with_the_others() -> None:
    async def order() -> list[int | None]:
        queue = FairQueue()
        for session_id in (1, 1, 1, 1, 2, 3):
            submission = Submission(Actor(user_id=1), session_id, 1, "x", 0)
            queue.put(Waiting(submission, asyncio.get_running_loop().create_future(), 0.0))
        return [waiting.submission.session_id for waiting in queue.take(4) + queue.take(4)]

    assert asyncio.run(order()) == [1, 2, 3, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_what_was_done_is_told_in_the_log(monkeypatch, caplog) -> None:
    monkeypatch.setattr(groups, "REPORT", 0.0)
    (one,) = submissions(1)
    with caplog.at_level("INFO", "sessions_core.fastlane"):
        in_a_loop(lambda group_commit: group_commit.answer(one))
    assert "'groups': " in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_thread_does_not_wait_for_a_loop_that_has_ended(monkeypatch) -> None:
    """Else a server that is told to stop while a view waits would never end."""
    monkeypatch.setattr(groups, "LOOK_UP", 0.05)
    (one,) = submissions(1)
    loop = asyncio.new_event_loop()
    group_commit = loop.run_until_complete(_made_here())
    told: list[object] = []
    handed_over = threading.Event()
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *call: handed_over.set())

    def view() -> None:
        try:
            told.append(group_commit.answer_from_thread(one))
        except Unavailable as error:
            told.append(error)

    waiting = threading.Thread(target=view, daemon=True)
    waiting.start()
    assert handed_over.wait(10)
    group_commit.close()
    loop.close()
    waiting.join(10)
    assert [type(each) for each in told] == [Unavailable]
    monkeypatch.undo()
    with pytest.raises(Unavailable):
        group_commit.answer_from_thread(one)


async def _made_here() -> GroupCommit:
    return GroupCommit()
