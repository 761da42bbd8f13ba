"""What begins and ends on the event loop: without a thread, and with nothing done twice or lost."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, ClassVar

import pytest
from django.core.asgi import get_asgi_application
from django.db import connection, transaction

from sessions_core import achievements
from sessions_core.achievements import Achievement
from sessions_core.errors import SessionBusy
from sessions_core.fastlane import FastLane, groups, keyed, workers
from sessions_core.fastlane.performing import Performer
from sessions_core.lifecycle import completing
from sessions_core.lifecycle.recent import Recent
from sessions_core.lifecycle.start import Wishes
from sessions_core.lifecycle.start import start as begin
from sessions_core.lifecycle.statements import Asking
from sessions_core.models import (
    AwardedAchievement,
    Item,
    PracticeDay,
    Session,
    StaffAccess,
    Transition,
)
from sessions_core.scheduling import FSRSScheduler
from sessions_core.signals import session_events, session_events_at_once
from sessions_core.surfaces.portal.cursor import cursor_after

from ..builders import actor_of
from . import backends, worlds
from .asgi import Answer, Post
from .corpus import World
from .operations_corpus import bare, get

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(settings) -> World:
    settings.SESSIONS_CLOCK = f"{worlds.__name__}.stopped_clock"
    settings.SESSIONS_LIMITS = {"session_start": [(9, 60)], "session_complete": [(9, 60)]}
    return worlds.build()


@pytest.fixture
def no_threads(monkeypatch) -> None:
    def perform(*_args: object) -> None:
        raise AssertionError("It went by the threads")

    monkeypatch.setattr(Performer, "perform", perform)


def start(world: World, key: str | None = None, token: str | None = None) -> Post:
    named = {} if key is None else {"idempotency_key": key}
    return bare("/start", token or world.token, {"activity_id": world.activity}, **named)


def in_a_loop(scenario: Callable[[FastLane], Awaitable[Any]]) -> Any:
    async def with_end() -> Any:
        try:
            return await scenario(FastLane(get_asgi_application()))
        finally:
            groups.close()
            workers.close()

    return asyncio.run(with_end())


def one_after_the_other(*requests: Post) -> list[Answer]:
    async def scenario(app: FastLane) -> list[Answer]:
        return [await request.to(app) for request in requests]

    return in_a_loop(scenario)


def together(*requests: Post) -> list[Answer]:
    return in_a_loop(lambda app: asyncio.gather(*(request.to(app) for request in requests)))


def remaining(answer: Answer) -> bytes:
    return dict(answer.headers)[b"RateLimit-Remaining"]


def complete(world: World, name: str = "active", key: str | None = None) -> Post:
    named = {} if key is None else {"idempotency_key": key}
    return bare(f"/{world.sessions[name][0]}/complete", world.token, **named)


@pytest.mark.usefixtures("no_threads")
def test_the_plain_case_changes_no_thread(world) -> None:
    answers = one_after_the_other(start(world), start(world, "key"))
    assert [answer.status for answer in answers] == [201, 201]
    answers = one_after_the_other(complete(world), complete(world, "paused", "another"))
    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.usefixtures("no_threads")
def test_what_is_read_changes_no_thread(world) -> None:
    history = get("/history", world.token)
    details = get(f"/{world.sessions['active'][0]}", world.token)
    some = get("/history", world.token, b"activity_id=1&from_date=2026-02-01&limit=2&offset=1")
    deep = get("/history", world.token, f"cursor={cursor_after(newest())}&limit=1".encode())
    first = one_after_the_other(history, details, some, deep)
    assert [answer.status for answer in first] == [200] * 4
    assert [json.loads(answer.body).get("total") for answer in first] == [6, None, 5, 6]
    (of_staff,) = one_after_the_other(get("/history", world.staff_token))
    assert json.loads(of_staff.body)["total"] == 0
    again = one_after_the_other(history, details, some, deep)
    assert [answer.body for answer in again] == [answer.body for answer in first]


def newest() -> Session:
    return Session.objects.filter(user__username="ana", standalone=False).latest("pk")


@pytest.mark.usefixtures("no_threads")
def test_what_another_process_wrote_is_read_at_once(world) -> None:
    """In one round trip where no page is kept, in two where an old one is."""
    history = get("/history", world.token)
    first, kept, other = one_after_the_other(history, history, get("/history", world.other_token))
    assert first.body == kept.body != other.body
    begin(actor_of(newest().user), "portal", Wishes(activity_id=world.activity))
    for _ in range(2):
        (after,) = one_after_the_other(history)
        assert json.loads(after.body)["total"] == json.loads(first.body)["total"] + 1


def test_a_session_whose_time_is_over_is_closed_by_a_thread(world) -> None:
    public, number = world.sessions["expired"]
    (answer,) = one_after_the_other(get(f"/{public}", world.token))
    assert json.loads(answer.body)["status"] == "expired"
    assert Session.objects.get(pk=number).status == "expired"


def test_a_look_of_the_staffs_is_recorded_by_a_thread(world) -> None:
    public, number = world.sessions["active"]
    (answer,) = one_after_the_other(get(f"/{public}", world.staff_token))
    assert answer.status == 200
    assert StaffAccess.objects.get(session=number).route == "portal:details"


def test_a_scheduler_that_may_wait_is_asked_in_a_thread(world, settings) -> None:
    WhereChosen.threads.clear()
    settings.SESSIONS_SCHEDULER = f"{__name__}.WhereChosen"
    (answer,) = one_after_the_other(start(world))
    assert answer.status == 201
    assert {each.name.startswith("operations") for each in WhereChosen.threads} == {True}


class WhereChosen(FSRSScheduler):
    """Inherits ``choosing``, which its own ``choose`` makes untrue."""

    threads: ClassVar[list[threading.Thread]] = []

    def choose(self, *args: Any) -> list[int]:
        self.threads.append(threading.current_thread())
        return super().choose(*args)


def test_one_key_begins_one_session_however_many_ask(world) -> None:
    before = Session.objects.count()
    answers = together(*[start(world, "key")] * 6)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert Session.objects.count() == before + 1
    replayed = [(b"Idempotency-Replayed", b"true") in answer.headers for answer in answers]
    assert sorted(replayed) == [False] + [True] * 5
    (last,) = one_after_the_other(start(world, "another"))
    assert remaining(last) == b"7"  # Of nine: one session, and this one.


def test_one_key_ends_a_session_once_however_many_ask(world) -> None:
    answers = together(*[complete(world, key="key")] * 6)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert ends_of(world, "active") == 1
    replayed = [(b"Idempotency-Replayed", b"true") in answer.headers for answer in answers]
    assert sorted(replayed) == [False] + [True] * 5
    (last,) = one_after_the_other(complete(world, "paused"))
    assert remaining(last) == b"7"  # Of nine: one session, and this one.


def test_without_a_key_one_end_is_told_and_the_others_are_late(world) -> None:
    answers = together(*[complete(world)] * 6)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 5
    assert ends_of(world, "active") == 1


def test_two_ends_of_one_learner_at_once_both_count_and_win_once(world, monkeypatch) -> None:
    """Both are read before either is written, and what they share is refused by the server."""
    monkeypatch.setattr(workers, "WRITING", 1)
    day = PracticeDay.objects.get(user__username="ana")
    AwardedAchievement.objects.all().delete()
    Session.objects.filter(status="completed").update(status="cancelled")

    async def scenario(app: FastLane) -> list[Answer]:
        await start(world).to(app)  # Now the line is open, and those who come meet.
        ends = complete(world), start(world), complete(world, "paused")
        return await asyncio.gather(*(request.to(app) for request in ends))

    answers = in_a_loop(scenario)
    assert [answer.status for answer in answers] == [200, 201, 200]
    assert [ends_of(world, name) for name in ("active", "paused")] == [1, 1]
    after = PracticeDay.objects.get(pk=day.pk)
    assert (after.started, after.ended) == (day.started + 2, day.ended + 2)
    assert AwardedAchievement.objects.filter(code="first-step").count() == 1
    assert sum(b'"First Step"' in answer.body for answer in answers) == 1


def ends_of(world: World, name: str) -> int:
    number = world.sessions[name][1]
    return Transition.objects.filter(session=number, status="completed").count()


@pytest.mark.usefixtures("no_threads")
@pytest.mark.parametrize("signal", [session_events, session_events_at_once])
def test_an_end_is_told_once(world, signal) -> None:
    heard: list[tuple[str, int]] = []

    def receiver(events: list, **_kwargs: object) -> None:
        heard.extend((event.type, event.session_id) for event in events)

    signal.connect(receiver)
    try:
        together(*[complete(world, key="key")] * 3)
    finally:
        signal.disconnect(receiver)
    assert heard == [("session_complete", world.sessions["active"][1])]


def test_an_end_that_cannot_be_written_here_is_written_by_a_thread(world, monkeypatch) -> None:
    def late(*_args: Any, **_kwargs: Any) -> Asking[None]:
        raise SessionBusy
        yield

    monkeypatch.setattr(completing, "completing", late)
    (answer,) = one_after_the_other(complete(world, key="key"))
    assert answer.status == 200
    assert ends_of(world, "active") == 1


@pytest.mark.parametrize("instant", [True, False])
def test_an_achievement_that_may_wait_is_asked_about_in_a_thread(
    world, monkeypatch, instant
) -> None:
    asked: list[str] = []

    def is_earned(_facts: object) -> bool:
        asked.append(threading.current_thread().name)
        return True

    mine = Achievement("mine", "x", "Mine", "Of a host", is_earned, instant=instant)
    monkeypatch.setitem(achievements._registry, mine.code, mine)
    (answer,) = one_after_the_other(complete(world))
    assert b'"Mine"' in answer.body
    assert [name.startswith("operations") for name in asked] == [not instant]


def test_a_retry_at_another_process_begins_nothing(world, monkeypatch) -> None:
    (first,) = one_after_the_other(start(world, "key"))
    before = Session.objects.count()
    monkeypatch.setattr(keyed, "_keys", Recent(10))
    (again,) = one_after_the_other(start(world, "key"))
    assert again.body == first.body
    assert remaining(again) == remaining(first)
    assert Session.objects.count() == before


def test_a_retry_at_another_process_ends_nothing(world, monkeypatch) -> None:
    (first,) = one_after_the_other(complete(world, key="key"))
    monkeypatch.setattr(keyed, "_keys", Recent(10))
    (again,) = one_after_the_other(complete(world, key="key"))
    assert again.body == first.body
    assert remaining(again) == remaining(first)
    assert ends_of(world, "active") == 1


@pytest.mark.usefixtures("no_threads")
def test_the_first_item_is_shown_as_it_is_now(world, settings) -> None:
    settings.SESSIONS_SCHEDULER_SEED = 7
    (before,) = one_after_the_other(start(world))
    Item.objects.update(prompt="edited")
    (after,) = one_after_the_other(start(world))
    assert b'"word":"edited"' not in before.body
    assert b'"word":"edited"' in after.body


def test_a_line_that_was_lost_is_opened_again(world) -> None:
    async def scenario(app: FastLane) -> list[int]:
        first = await start(world).to(app)
        await asyncio.to_thread(backends.terminate, "operations")
        await asyncio.sleep(0.1)
        return [first.status, (await start(world).to(app)).status]

    assert in_a_loop(scenario) == [201, 201]


@pytest.fixture
def held_day(world) -> Iterator[threading.Event]:
    """Somebody holds the day of the first learner until the event is set."""
    day = PracticeDay.objects.get(user__username="ana")
    locked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            PracticeDay.objects.select_for_update().get(pk=day.pk)
            locked.set()
            go_on.wait(20)
        connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    locked.wait(20)
    yield go_on
    go_on.set()
    holding.join()


def test_who_waits_for_a_lock_holds_nobody_else_up(world, held_day, monkeypatch) -> None:
    """Not even those who have come at the same time, and so share the only line with them."""
    monkeypatch.setattr(workers, "WRITING", 1)

    async def scenario(app: FastLane) -> tuple[int, list[int]]:
        waiting = [asyncio.create_task(start(world).to(app)) for _ in range(2)]
        other = await start(world, token=world.other_token).to(app)
        assert not any(task.done() for task in waiting)
        held_day.set()
        return other.status, [(await task).status for task in waiting]

    assert in_a_loop(scenario) == (201, [201, 201])


def test_who_goes_away_leaves_a_line_that_serves(world, held_day, monkeypatch) -> None:
    monkeypatch.setattr(workers, "WRITING", 1)

    async def scenario(app: FastLane) -> int:
        await start(world, token=world.other_token).to(app)
        gone = asyncio.create_task(start(world).to(app))
        await asyncio.sleep(0.05)
        gone.cancel()
        return (await start(world, token=world.other_token).to(app)).status

    assert in_a_loop(scenario) == 201
