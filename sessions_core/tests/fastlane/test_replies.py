"""Replies on the event loop: sent in the moment in which their answers are recorded."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from sessions_core.errors import RateLimited
from sessions_core.fastlane.body import Message
from sessions_core.fastlane.groups import GroupCommit
from sessions_core.fastlane.replies import Parts, Reply
from sessions_core.fastlane.waiting import Waiting
from sessions_core.lifecycle import remembered
from sessions_core.lifecycle.submission import Verdict
from sessions_core.models import Attempt
from sessions_core.rest.limits import Window

from .practice import Practice, in_a_loop

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Server:
    """One that can write at once; ``write`` says whether it does."""

    def __init__(self, write: Callable[[], bool] = lambda: True) -> None:
        self.write = write
        self.written: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        raise AssertionError("It was to be sent at once")

    def whole(self, start: Message, message: Message) -> bytes:
        return message["body"]

    def write_whole(self, status: int, answer: bytes) -> bool:
        assert status == 200
        written = self.write()
        if written:
            self.written.append(answer)
        return written


def render(verdict: Verdict, windows: Sequence[Window]) -> Parts:
    body = b"%d of %d, %d left" % (verdict.seq, verdict.session_id, windows[0].remaining)
    return {"type": "http.response.start", "status": 200}, {
        "type": "http.response.body",
        "body": body,
    }


def replied(practice: Practice, *servers: Server) -> list[tuple[Waiting, Reply]]:
    """An answer by each, one after the other."""

    async def each(group_commit: GroupCommit) -> list[tuple[Waiting, Reply]]:
        found = []
        for place, server in enumerate(servers):
            reply = Reply(render, server)
            found.append((await group_commit.answer(practice.answer(place=place), reply), reply))
        return found

    return in_a_loop(each)


def said(practice: Practice, seq: int, left: int) -> bytes:
    return b"%d of %d, %d left" % (seq, practice.session.pk, left)


def test_it_goes_out_once_the_answer_is_recorded_and_before_all_else(settings, monkeypatch) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(9, 60)]}
    done: list[str] = []
    remember = remembered.remember

    def write() -> bool:
        done.append(f"written, with {Attempt.objects.count()} on record")
        connection.close()  # The loop has one of its own.
        return True

    def note(*given: Any) -> None:
        done.append("remembered")
        remember(*given)

    monkeypatch.setattr(remembered, "remember", note)
    # It looks into the database, which the loop is not made for.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    practice = Practice()
    servers = Server(write), Server(write)
    replies = replied(practice, *servers)
    assert done == [
        "written, with 1 on record",
        "remembered",
        "written, with 2 on record",
        "remembered",
    ]
    assert [each.written for each in servers] == [[said(practice, 1, 8)], [said(practice, 2, 7)]]
    assert all(reply.is_sent for _, reply in replies)


def test_those_of_a_group_are_left_to_their_tasks(settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(9, 60)]}
    practices = [Practice(name) for name in ("ana", "berta", "cleo", "dora")]
    servers = [Server() for _ in practices]
    replies = [Reply(render, server) for server in servers]

    async def together(group_commit: GroupCommit) -> list[Waiting]:
        return await asyncio.gather(
            *[
                group_commit.answer(practice.answer(), reply)
                for practice, reply in zip(practices, replies, strict=True)
            ]
        )

    outcomes = in_a_loop(together)
    assert not any(server.written for server in servers)
    for practice, reply, outcome in zip(practices, replies, outcomes, strict=True):
        assert not reply.is_sent
        assert reply.parts(outcome.result, outcome.windows)[1]["body"] == said(practice, 1, 8)


def test_who_is_over_the_limit_is_sent_nothing(settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(1, 60)]}
    practice, servers = Practice(), [Server(), Server(), Server()]
    outcomes = replied(practice, *servers)
    assert [bool(server.written) for server in servers] == [True, False, False]
    assert [isinstance(each.result, RateLimited) for each, _ in outcomes] == [False, True, True]
    assert Attempt.objects.count() == 1


def test_a_server_that_cannot_is_left_to_send_it_the_usual_way() -> None:
    ((outcome, reply),) = replied(Practice(), Server(lambda: False))
    assert not reply.is_sent
    assert isinstance(outcome.result, Verdict)
    assert reply.parts(outcome.result, outcome.windows)[1]["body"].startswith(b"1 of")


def test_a_server_that_breaks_costs_nobody_an_answer(caplog) -> None:
    """Nor is it recorded again: without a key that would count it twice."""

    def broken() -> bool:
        raise RuntimeError("broken pipe")

    practice, reply = Practice(), Reply(render, Server(broken))

    async def one(group_commit: GroupCommit) -> Waiting:
        return await group_commit.answer(practice.answer(key=False), reply)

    with caplog.at_level(logging.ERROR):
        outcome = in_a_loop(one)
    assert isinstance(outcome.result, Verdict)
    assert not reply.is_sent
    assert Attempt.objects.count() == 1
    assert "broken pipe" in caplog.text


def test_what_was_made_ready_for_another_verdict_is_not_sent() -> None:
    """Its session had changed meanwhile, and the next could not be made ready."""
    practice, server = Practice(), Server()
    reply = Reply(render, server)
    ((outcome, _),) = replied(practice, Server())
    first = outcome.result
    reply.prepare(first, outcome.windows)
    second = first._replace(seq=9)
    reply.prepare(second, ())  # There is no window to render.
    reply.send_at_once(first)
    reply.send_at_once(second)
    assert server.written == []
    assert not reply.is_sent


def test_what_cannot_be_rendered_is_recorded_once() -> None:
    practice = Practice()

    def broken(verdict: Verdict, windows: Sequence[Window]) -> Parts:
        raise ValueError(verdict)

    async def one(group_commit: GroupCommit) -> Waiting:
        return await group_commit.answer(practice.answer(key=False), Reply(broken, Server()))

    assert isinstance(in_a_loop(one).result, Verdict)
    assert Attempt.objects.count() == 1
