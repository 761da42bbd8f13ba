"""Tests of the pool of threads, and of the 503 if none is free."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from langportal.threaded_django import ThreadedDjango
from sessions_core.tests.fast.asgi import Answer, Post, headers

go_on = threading.Event()


def thread(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(threading.get_ident()))


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


def stuck(request: HttpRequest) -> HttpResponse:
    go_on.wait(120)
    return HttpResponse("done")


def parts(request: HttpRequest) -> StreamingHttpResponse:
    def content() -> Iterator[str]:
        for number in range(3):
            yield f"{number} by {threading.current_thread().name.partition('_')[0]}\n"

    return StreamingHttpResponse(content())


urlpatterns = [
    path("thread", thread),
    path("echo", echo),
    path("stuck", stuck),
    path("parts", parts),
]


@pytest.fixture(autouse=True)
def _addresses(settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    go_on.clear()


def get(address: str) -> Post:
    return Post(f"/{address}", headers(None, b""), (b"",), "GET")


def run(app: ThreadedDjango, *posts: Post) -> list[Answer]:
    async def one_by_one() -> list[Answer]:
        return [await post.to(app) for post in posts]

    return asyncio.run(one_by_one())


def test_requests_share_a_thread() -> None:
    first, second = run(ThreadedDjango(), get("thread"), get("thread"))
    assert first.status == 200
    assert first.body == second.body != str(threading.get_ident()).encode()


def test_a_body_in_pieces_arrives_whole() -> None:
    (answer,) = run(ThreadedDjango(), Post("/echo", headers(None, b"hello"), (b"hel", b"lo")))
    assert answer.body == b"hello"


def test_a_client_that_leaves_with_half_its_body_said_gets_nothing() -> None:
    messages = iter(
        [
            {"type": "http.request", "body": b"hel", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent = []

    async def receive() -> dict:
        return next(messages)

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/echo", "headers": []}
    asyncio.run(ThreadedDjango()(scope, receive, send))
    assert sent == []


def test_content_made_piece_by_piece_is_made_in_the_threads() -> None:
    (answer,) = run(ThreadedDjango(), get("parts"))
    assert answer.body.decode().splitlines() == [f"{number} by django" for number in range(3)]


def test_without_a_free_thread_a_request_is_turned_away_and_may_come_again() -> None:
    app = ThreadedDjango(threads=1, thread_timeout=0.05)

    async def crowd() -> tuple[Answer, Answer, Answer]:
        waiting = asyncio.create_task(get("stuck").to(app))
        await asyncio.sleep(0)
        refused = await get("thread").to(app)
        go_on.set()
        return refused, await waiting, await get("thread").to(app)

    refused, waited, later = asyncio.run(crowd())
    assert refused.status == 503
    assert (b"retry-after", b"1") in refused.headers
    assert waited.body == b"done"
    assert later.status == 200
