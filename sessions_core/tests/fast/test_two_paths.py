"""Whichever way a request takes, the answer is the same: status, body and headers.

The ways are Django alone; the fast path before it; and, with the fast path switched off, Django
with its answers recorded together.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.core.asgi import get_asgi_application
from django.db import connection

from sessions_core.fast import FastPath, app, batcher, serving
from sessions_core.models import Attempt, IdempotentResponse, PracticeDay, Session, StaffAccess

from . import worlds
from .asgi import Answer, Post, all_to
from .corpus import World, corpus, json_post, portal_path
from .operations_corpus import bare, get, operations_corpus

pytestmark = pytest.mark.django_db(transaction=True)

# What depends on the moment of a request, not on its way.
MOMENTS = re.compile(rb'(?<="retry_after":)\d+')
MOMENT_HEADERS = {b"RateLimit-Reset", b"Retry-After"}


@pytest.fixture(autouse=True)
def _same_choices(settings) -> None:
    settings.SESSIONS_CLOCK = f"{worlds.__name__}.stopped_clock"
    settings.SESSIONS_SCHEDULER_SEED = 7
    settings.SESSIONS_LIMITS = {
        scope: [(5000, 60)] for scope in ("progress", "session_start", "session_complete")
    }


def run(application, posts: list[Post]) -> list[Answer]:
    async def everything() -> list[Answer]:
        try:
            return await all_to(application, posts)
        finally:
            await serving.close()

    return asyncio.run(everything())


def both_ways(requests: Callable[[World], Iterator[Post]]) -> list[tuple[Post, Answer, Answer]]:
    """Each request, its answer by Django alone and with the fast path before it."""
    django = get_asgi_application()
    posts = list(requests(worlds.build()))
    slow = run(django, posts)
    rows = recorded()
    posts_again = list(requests(worlds.build()))
    fast = run(FastPath(django), posts_again)
    assert recorded() == rows
    return list(zip(posts, slow, fast, strict=True))


def recorded() -> list[list[tuple]]:
    """What the requests left behind."""
    attempts = Attempt.objects.order_by("session_id", "seq")
    sessions = Session.objects.order_by("pk")
    replies = IdempotentResponse.objects.order_by("key")
    looks = StaffAccess.objects.order_by("pk")
    days = PracticeDay.objects.order_by("user_id", "day")
    return [
        list(attempts.values_list("session_id", "seq", "item_id", "answer", "correct", "key")),
        # Not the numbers of the sessions: of a request that fails a drawn number is not used again.
        list(
            sessions.values_list(
                *("status", "completion", "attempt_count", "mastered_count", "last_seq", "zone"),
                *("time_limit", "active_ms", "elapsed_ms", "running_since", "revision"),
            )
        ),
        list(replies.values_list("key", "owner", "request", "status")),
        list(looks.values_list("staff_id", "session_id", "route")),
        list(days.values_list("user_id", "day", "started", "ended", "seconds", "attempts")),
    ]


@pytest.fixture(params=[True, False], ids=["fast path", "views"])
def fast_path_is_on(request, settings) -> bool:
    settings.SESSIONS_FAST_PATH = request.param
    return request.param


@pytest.fixture
def taken(monkeypatch) -> list[str]:
    """The operations that the fast path took, by name."""
    names: list[str] = []
    is_taken = FastPath._is_taken

    async def noted(self, here, operation, *args):
        done = await is_taken(self, here, operation, *args)
        if done:
            names.append(operation.name)
        return done

    monkeypatch.setattr(FastPath, "_is_taken", noted)
    return names


def on_postgres(*names: str) -> list[str]:
    """Operations that the fast path takes there; elsewhere it takes answers alone."""
    return list(names) if connection.vendor == "postgresql" else []


@pytest.fixture
def groups(monkeypatch) -> list[list[batcher.Job]]:
    """The groups of jobs that were done together."""
    done: list[list[batcher.Job]] = []
    run = batcher.Batcher._run

    async def noted(self, connection, group, charged):
        await run(self, connection, group, charged)
        done.append(group)

    monkeypatch.setattr(batcher.Batcher, "_run", noted)
    return done


def timeless(answer: Answer) -> Answer:
    headers = tuple(
        (name, b"~" if name in MOMENT_HEADERS else value) for name, value in answer.headers
    )
    return Answer(answer.status, headers, MOMENTS.sub(b"0", answer.body))


def test_good_bad_and_hostile_requests_are_answered_alike(fast_path_is_on, groups) -> None:
    compared = both_ways(corpus)
    for post, slow, fast in compared:
        assert timeless(slow) == timeless(fast), post
    assert len(compared) > 200
    assert not [post for post, slow, _ in compared if slow.status >= 500]
    recorded_here = [job for group in groups for job in group if job.result is not None]
    assert len(recorded_here) > 30  # The views' answers too.


def test_the_other_operations_are_answered_alike(taken) -> None:
    compared = both_ways(operations_corpus)
    for request, slow, fast in compared:
        assert timeless(slow) == timeless(fast), request
    assert len(compared) > 200
    assert not [request for request, slow, _ in compared if slow.status >= 500]
    assert {slow.status for _, slow, _ in compared} >= {200, 201, 400, 401, 404, 405, 413, 415, 422}
    counts = Counter(taken)
    if connection.vendor != "postgresql":  # There they are the views' alone.
        assert not counts
        return
    assert min(counts[name] for name in ("start", "complete", "history", "details")) > 3


def test_over_the_limits_of_the_other_operations(settings, taken) -> None:
    settings.SESSIONS_LIMITS = {"session_start": [(2, 60)], "session_complete": [(1, 60), (9, 99)]}

    def requests(world: World) -> Iterator[Post]:
        wish = {"activity_id": world.activity}
        for key in ("a", "b", "c", "a", "a"):
            yield bare("/start", world.token, wish, idempotency_key=key)
        yield bare("/start", world.token, {**wish, "more": 1}, idempotency_key="a")
        for name in ("active", "paused"):
            yield bare(f"/{world.sessions[name][0]}/complete", world.token)
        yield get("/history", world.token)

    compared = both_ways(requests)
    statuses = [201, 201, 429, 201, 201, 429, 200, 429, 200]
    assert [slow.status for _, slow, _ in compared] == statuses
    for _, slow, fast in compared:
        assert timeless(slow) == timeless(fast)
    # Whoever is over a limit is left to Django, which also knows a replay that counts nothing.
    assert taken == on_postgres("start", "start", "complete", "history")


def test_a_replay_takes_its_charge_back(settings, taken) -> None:
    settings.SESSIONS_LIMITS = {"session_start": [(9, 60)]}

    def requests(world: World) -> Iterator[Post]:
        for key in ("a", "a", "a", "b"):
            wish = {"activity_id": world.activity}
            yield bare("/start", world.token, wish, idempotency_key=key)

    compared = both_ways(requests)
    for _, slow, fast in compared:
        assert timeless(slow) == timeless(fast)
    remaining = [dict(fast.headers)[b"RateLimit-Remaining"] for _, _, fast in compared]
    assert remaining == [b"8", b"8", b"8", b"7"]
    # A key on record is Django's to replay.
    assert taken == on_postgres("start", "start")


def test_more_parameters_than_the_host_takes(settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    compared = both_ways(lambda world: iter([get("/history", world.token, b"a=1&b=2&c=3")]))
    assert [(slow.status, slow.body) for _, slow, _ in compared] == [
        (fast.status, fast.body) for _, _, fast in compared
    ]


def test_a_key_holds_in_both_ways() -> None:
    """What one way has answered, the other replays: to the letter, and with no second effect."""
    world = worlds.build()
    django = get_asgi_application()
    fast = FastPath(django)
    wish = {"activity_id": world.activity}
    for first, second, key in ((django, fast, "one"), (fast, django, "two")):
        before = Session.objects.count()
        for path, body in (("/start", wish), (f"/{world.sessions['active'][0]}/complete", None)):
            request = bare(path, world.token, body, idempotency_key=f"{key} {path}")
            (answer,), (again,) = run(first, [request]), run(second, [request])
            assert answer.status < 300
            assert again.body == answer.body
            assert (b"Idempotency-Replayed", b"true") in again.headers
        assert Session.objects.count() == before + 1
        Session.objects.filter(pk=world.sessions["active"][1]).update(status="active")


def test_over_the_limit(settings, fast_path_is_on) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(3, 60)]}

    def five_answers(world: World) -> Iterator[Post]:
        path = portal_path(world.sessions["active"][0])
        for number in (0, 1, 2, 3, 0):
            body = {"item_id": world.planned[number], "answer": "hola"}
            yield json_post(path, world.token, body, idempotency_key=f"key {number}")

    compared = both_ways(five_answers)
    assert [slow.status for _, slow, _ in compared] == [200, 200, 200, 429, 200]
    for _, slow, fast in compared:
        assert timeless(slow) == timeless(fast)


def test_a_surface_without_a_fast_path_records_together(groups) -> None:
    def poses(world: World) -> Iterator[Post]:
        path = f"/api/v1/sessions/{world.sessions['active'][0]}/poses"
        for pose in (*world.planned[:2], world.outside, None):
            body = {"pose_id": pose, "duration_seconds": 30}
            yield json_post(path, world.token, body, idempotency_key=f"pose {pose}")

    compared = both_ways(poses)
    assert [slow.status for _, slow, _ in compared][:2] == [200, 200]
    assert [slow.status for _, slow, _ in compared][3] == 422
    for post, slow, fast in compared:
        assert timeless(slow) == timeless(fast), post
    assert len([job for group in groups for job in group if job.result is not None]) >= 2


def test_switched_off(settings, monkeypatch) -> None:
    settings.SESSIONS_FAST_PATH = False

    def no_fast_path(*args: object) -> None:
        raise AssertionError("It is switched off")

    monkeypatch.setattr(FastPath, "_is_taken", no_fast_path)

    def one_answer(world: World) -> Iterator[Post]:
        body = {"item_id": world.planned[0], "answer": "hola"}
        yield json_post(portal_path(world.sessions["active"][0]), world.token, body)

    ((_, slow, _),) = both_ways(one_answer)
    assert slow.status == 200


def test_a_zone_that_is_none_is_refused_alike() -> None:
    def requests(world: World) -> Iterator[Post]:
        for zone in ("Mars/Base", "", "Europe/Madrid"):
            wish = {"activity_id": world.activity}
            yield bare("/start", world.token, wish, x_timezone=zone)
            session = world.sessions["active"][1]
            body = {"exercise_id": world.planned[0], "user_answer": "x", "session_id": session}
            yield json_post("/api/exercises/submit", world.token, body, x_timezone=zone)

    compared = both_ways(requests)
    assert [slow.status for _, slow, _ in compared] == [400, 422, 400, 422, 201, 200]
    for request, slow, fast in compared:
        assert timeless(slow) == timeless(fast), request


def test_middleware_that_must_see_every_request_does(settings, taken) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.sees_every_request"]
    seen.clear()

    def one_answer(world: World) -> Iterator[Post]:
        body = {"item_id": world.planned[0], "answer": "hola"}
        yield json_post(portal_path(world.sessions["active"][0]), world.token, body)

    ((_, slow, _),) = both_ways(one_answer)
    assert slow.status == 200
    assert (len(seen), taken) == (2, [])


seen: list[str] = []


def sees_every_request(get_response):
    def middleware(request):
        seen.append(request.path)
        return get_response(request)

    return middleware


def test_a_verb_that_breaks_is_reported_by_django(settings, monkeypatch, fast_path_is_on) -> None:
    """One submission breaks the verb: its neighbours are recorded, it alone is a 500."""
    world = worlds.build()
    path = portal_path(world.sessions["active"][0])

    class Breaks:
        def judge(self, question, given, known_forms):
            if given == "poison":
                raise ZeroDivisionError
            return JUDGE().judge(question, given, known_forms)

    from sessions_core.grading import DefaultJudge as JUDGE

    monkeypatch.setattr(worlds, "Breaks", Breaks, raising=False)
    settings.SESSIONS_JUDGE = f"{worlds.__name__}.Breaks"
    application = FastPath(get_asgi_application())
    posts = [
        json_post(path, world.token, {"item_id": item, "answer": text})
        for item, text in zip(world.planned, ["hola", "poison", "pan"], strict=False)
    ]

    async def together() -> list[Answer]:
        try:
            return await asyncio.gather(*(post.to(application) for post in posts))
        finally:
            await serving.close()

    assert [answer.status for answer in asyncio.run(together())] == [200, 500, 200]
    assert Attempt.objects.count() == 2


def test_the_fast_path_stands_at_the_addresses_of_the_views() -> None:
    """Were the views moved, the fast path would answer where Django does not."""
    from django.urls import resolve

    for path in [f"{root}x/progress" for root in app.ROOTS["portal"]] + [
        f"{root}submit" for root in app.ROOTS["exercises"]
    ]:
        assert resolve(path).func.actions == {"post": path.rsplit("/", 1)[1]}
    for root in app.ROOTS["portal"]:
        for method, rest, action in (
            ("post", "start", "start"),
            ("post", "x/complete", "complete"),
            ("get", "history", "history"),
            ("get", "x", "details"),
        ):
            view = resolve(f"{root}{rest}").func
            actions = getattr(view, "actions", {"post": "start"})  # A chooser has none.
            assert actions[method] in (action, None)
