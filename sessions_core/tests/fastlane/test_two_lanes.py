"""Whichever way a request takes, the answer is the same: status, body and headers.

The three ways: Django alone; the lane before it; and, with the lane switched off, Django with its
answers recorded in company.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.core.asgi import get_asgi_application

from sessions_core.fastlane import FastLane, groups, lane, workers
from sessions_core.fastlane.metrics import metrics
from sessions_core.fastlane.side_lane import SideLane
from sessions_core.models import Attempt, IdempotentResponse, Session, StaffAccess

from . import worlds
from .asgi import Answer, Post, all_to
from .corpus import World, corpus, json_post, portal_path
from .operations_corpus import bare, get, operations_corpus

pytestmark = pytest.mark.django_db(transaction=True)

# What depends on the moment of a request, not on its lane.
MOMENTS = re.compile(rb'(?<="retry_after":)\d+')
MOMENT_HEADERS = {b"RateLimit-Reset", b"Retry-After"}


@pytest.fixture(autouse=True)
def _same_choices(settings) -> None:
    settings.SESSIONS_CLOCK = f"{worlds.__name__}.stopped_clock"
    settings.SESSIONS_SCHEDULER_SEED = 7
    settings.SESSIONS_LIMITS = {
        scope: [(5000, 60)] for scope in ("progress", "session_start", "session_complete")
    }


def run(app, posts: list[Post]) -> list[Answer]:
    async def everything() -> list[Answer]:
        try:
            return await all_to(app, posts)
        finally:
            groups.close()
            workers.close()

    return asyncio.run(everything())


def both_lanes(requests: Callable[[World], Iterator[Post]]) -> list[tuple[Post, Answer, Answer]]:
    """Each request, its answer by Django alone and with the lane before it."""
    django = get_asgi_application()
    posts = list(requests(worlds.build()))
    slow = run(django, posts)
    rows = recorded()
    posts_again = list(requests(worlds.build()))
    fast = run(FastLane(django), posts_again)
    assert recorded() == rows
    return list(zip(posts, slow, fast, strict=True))


def recorded() -> list[list[tuple]]:
    """What the requests left behind."""
    attempts = Attempt.objects.order_by("session_id", "seq")
    sessions = Session.objects.order_by("pk")
    replies = IdempotentResponse.objects.order_by("key")
    looks = StaffAccess.objects.order_by("pk")
    return [
        list(attempts.values_list("session_id", "seq", "item_id", "answer", "correct", "key")),
        list(sessions.values_list("pk", "status", "attempt_count", "zone", "time_limit")),
        list(replies.values_list("key", "owner", "request", "status")),
        list(looks.values_list("staff_id", "session_id", "route")),
    ]


@pytest.fixture(params=[True, False], ids=["lane", "company"])
def lane_is_on(request, settings) -> bool:
    settings.SESSIONS_FAST_LANE = request.param
    return request.param


@pytest.fixture
def taken(monkeypatch) -> list[str]:
    """The operations that the lane took, by name."""
    names: list[str] = []
    answer_to = SideLane._answer

    async def noted(self, request):
        answer = await answer_to(self, request)
        if answer is not None:
            names.append(request.operation.name)
        return answer

    monkeypatch.setattr(SideLane, "_answer", noted)
    return names


def timeless(answer: Answer) -> Answer:
    headers = tuple(
        (name, b"~" if name in MOMENT_HEADERS else value) for name, value in answer.headers
    )
    return Answer(answer.status, headers, MOMENTS.sub(b"0", answer.body))


def test_good_bad_and_hostile_requests_are_answered_alike(lane_is_on) -> None:
    answered = metrics.answers
    compared = both_lanes(corpus)
    for post, slow, fast in compared:
        assert timeless(slow) == timeless(fast), post
    assert len(compared) > 200
    assert not [post for post, slow, _ in compared if slow.status >= 500]
    assert metrics.answers - answered > 40  # recorded in groups, the views' answers too


def test_the_other_operations_are_answered_alike(taken) -> None:
    compared = both_lanes(operations_corpus)
    for request, slow, fast in compared:
        assert timeless(slow) == timeless(fast), request
    assert len(compared) > 200
    assert not [request for request, slow, _ in compared if slow.status >= 500]
    assert {slow.status for _, slow, _ in compared} >= {200, 201, 400, 401, 404, 405, 413, 415, 422}
    counts = Counter(taken)
    assert min(counts[name] for name in ("start", "complete", "history", "details")) > 10


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

    compared = both_lanes(requests)
    statuses = [201, 201, 429, 201, 201, 429, 200, 429, 200]
    assert [slow.status for _, slow, _ in compared] == statuses
    for _, slow, fast in compared:
        assert timeless(slow) == timeless(fast)
    # Whoever is over a limit is left to Django, which also knows a replay that counts nothing.
    assert taken == ["start", "start", "complete", "history"]


def test_a_replay_takes_its_charge_back(settings, taken) -> None:
    settings.SESSIONS_LIMITS = {"session_start": [(9, 60)]}

    def requests(world: World) -> Iterator[Post]:
        for key in ("a", "a", "a", "b"):
            wish = {"activity_id": world.activity}
            yield bare("/start", world.token, wish, idempotency_key=key)

    compared = both_lanes(requests)
    for _, slow, fast in compared:
        assert timeless(slow) == timeless(fast)
    remaining = [dict(fast.headers)[b"RateLimit-Remaining"] for _, _, fast in compared]
    assert remaining == [b"8", b"8", b"8", b"7"]
    assert len(taken) == 4


def test_more_parameters_than_the_host_takes(settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    compared = both_lanes(lambda world: iter([get("/history", world.token, b"a=1&b=2&c=3")]))
    assert [(slow.status, slow.body) for _, slow, _ in compared] == [
        (fast.status, fast.body) for _, _, fast in compared
    ]


def test_a_key_holds_in_both_lanes() -> None:
    """What one lane has answered, the other replays: to the letter, and with no second effect."""
    world = worlds.build()
    django = get_asgi_application()
    fast = FastLane(django)
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


def test_over_the_limit(settings, lane_is_on) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(3, 60)]}

    def five_answers(world: World) -> Iterator[Post]:
        path = portal_path(world.sessions["active"][0])
        for number in (0, 1, 2, 3, 0):
            body = {"item_id": world.planned[number], "answer": "hola"}
            yield json_post(path, world.token, body, idempotency_key=f"key {number}")

    compared = both_lanes(five_answers)
    assert [slow.status for _, slow, _ in compared] == [200, 200, 200, 429, 200]
    for _, slow, fast in compared:
        assert timeless(slow) == timeless(fast)


def test_a_surface_without_a_lane_has_the_company() -> None:
    def poses(world: World) -> Iterator[Post]:
        path = f"/api/v1/sessions/{world.sessions['active'][0]}/poses"
        for pose in (*world.planned[:2], world.outside, None):
            body = {"pose_id": pose, "duration_seconds": 30}
            yield json_post(path, world.token, body, idempotency_key=f"pose {pose}")

    answered = metrics.answers
    compared = both_lanes(poses)
    assert [slow.status for _, slow, _ in compared][:2] == [200, 200]
    assert [slow.status for _, slow, _ in compared][3] == 422
    for post, slow, company in compared:
        assert timeless(slow) == timeless(company), post
    assert metrics.answers - answered >= 2


def test_switched_off(settings, monkeypatch) -> None:
    settings.SESSIONS_FAST_LANE = False

    def no_lane(*args: object) -> None:
        raise AssertionError("It is switched off")

    monkeypatch.setattr(FastLane, "_take", no_lane)

    def one_answer(world: World) -> Iterator[Post]:
        body = {"item_id": world.planned[0], "answer": "hola"}
        yield json_post(portal_path(world.sessions["active"][0]), world.token, body)

    ((_, slow, _),) = both_lanes(one_answer)
    assert slow.status == 200


def test_a_verb_that_breaks_is_reported_by_django(settings, monkeypatch, lane_is_on) -> None:
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
    app = FastLane(get_asgi_application())
    posts = [
        json_post(path, world.token, {"item_id": item, "answer": text})
        for item, text in zip(world.planned, ["hola", "poison", "pan"], strict=False)
    ]

    async def together() -> list[Answer]:
        try:
            return await asyncio.gather(*(post.to(app) for post in posts))
        finally:
            groups.close()

    assert [answer.status for answer in asyncio.run(together())] == [200, 500, 200]
    assert Attempt.objects.count() == 2


def test_the_lane_stands_at_the_addresses_of_the_views() -> None:
    """Were the views moved, the lane would answer where Django does not."""
    from django.urls import resolve

    for path in [f"{root}x/progress" for root in lane.ROOTS["portal"]] + [
        f"{root}submit" for root in lane.ROOTS["exercises"]
    ]:
        assert resolve(path).func.actions == {"post": path.rsplit("/", 1)[1]}
    for root in lane.ROOTS["portal"]:
        for method, rest, action in (
            ("post", "start", "start"),
            ("post", "x/complete", "complete"),
            ("get", "history", "history"),
            ("get", "x", "details"),
        ):
            assert resolve(f"{root}{rest}").func.actions[method] == action
