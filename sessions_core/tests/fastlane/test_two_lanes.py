"""Whichever lane takes a request, the answer is the same: status, body and headers."""

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest
from django.core.asgi import get_asgi_application

from sessions_core.fastlane import FastLane, groups, lane
from sessions_core.fastlane.metrics import metrics
from sessions_core.models import Attempt, Session

from . import worlds
from .asgi import Answer, Post, all_to
from .corpus import World, corpus, json_post, portal_path

pytestmark = pytest.mark.django_db(transaction=True)

# What depends on the moment of a request, not on its lane.
MOMENTS = re.compile(rb'(?<="retry_after":)\d+')
MOMENT_HEADERS = {b"RateLimit-Reset", b"Retry-After"}


@pytest.fixture(autouse=True)
def _same_choices(settings) -> None:
    settings.SESSIONS_CLOCK = f"{worlds.__name__}.stopped_clock"
    settings.SESSIONS_SCHEDULER_SEED = 7
    settings.SESSIONS_LIMITS = {"progress": [(5000, 60)]}


def run(app, posts: list[Post]) -> list[Answer]:
    async def everything() -> list[Answer]:
        try:
            return await all_to(app, posts)
        finally:
            groups.close()

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


def recorded() -> tuple[list[tuple], list[tuple]]:
    """What the requests left behind."""
    attempts = Attempt.objects.order_by("session_id", "seq")
    return (
        list(attempts.values_list("session_id", "seq", "item_id", "answer", "correct", "key")),
        list(Session.objects.order_by("pk").values_list("pk", "status", "attempt_count", "zone")),
    )


def timeless(answer: Answer) -> Answer:
    headers = tuple(
        (name, b"~" if name in MOMENT_HEADERS else value) for name, value in answer.headers
    )
    return Answer(answer.status, headers, MOMENTS.sub(b"0", answer.body))


def test_good_bad_and_hostile_requests_are_answered_alike() -> None:
    answered = metrics.answers
    compared = both_lanes(corpus)
    for post, slow, fast in compared:
        assert timeless(slow) == timeless(fast), post
    assert len(compared) > 200
    assert not [post for post, slow, _ in compared if slow.status >= 500]
    assert metrics.answers - answered > 40  # the lane did take its part


def test_over_the_limit(settings) -> None:
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


def test_switched_off(settings) -> None:
    settings.SESSIONS_FAST_LANE = False
    answered = metrics.answers
    both_lanes(
        lambda world: iter(
            [
                json_post(
                    portal_path(world.sessions["active"][0]),
                    world.token,
                    {"item_id": world.planned[0], "answer": "hola"},
                )
            ]
        )
    )
    assert metrics.answers == answered


def test_a_verb_that_breaks_is_reported_by_django(settings, monkeypatch) -> None:
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
