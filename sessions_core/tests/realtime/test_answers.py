"""Answers over the socket: what they cost, and what is said where they cannot be recorded."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django import db

from sessions_core.actor import Actor
from sessions_core.errors import KeyReused, Unavailable
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission, Verdict
from sessions_core.models import Attempt
from sessions_core.realtime import answers
from sessions_core.rest import limits
from sessions_core.tests.builders import learner, vocabulary


@pytest.fixture
def wanted(db: None) -> Submission:
    actor = Actor(user_id=learner().pk)
    session = start(actor, "portal", Wishes(activity_id=vocabulary().pk))
    return Submission(actor, session.pk, session.plan.item_ids[0], "hola", 900, key=uuid4())


@pytest.fixture(autouse=True)
def _two_a_minute(settings) -> None:
    settings.SESSIONS_LIMITS = {"progress": [(2, 60)]}


def used(wanted: Submission) -> int:
    (window,) = limits.consume("progress", wanted.actor.scope, cost=0)
    return window.count - window.remaining


def test_a_replay_costs_nothing_and_passes_where_the_limit_is_reached(wanted: Submission) -> None:
    for _ in range(3):
        assert isinstance(answers._result(wanted), Verdict)
    assert used(wanted) == 1
    assert isinstance(answers._result(wanted._replace(key=uuid4())), Verdict)
    assert isinstance(answers._result(wanted), Verdict)
    assert used(wanted) == 2
    for refused in (wanted._replace(key=uuid4()), wanted._replace(key=None)):
        assert isinstance(answers._result(refused), limits.OverLimit)
    assert isinstance(answers._result(wanted._replace(answer="other")), KeyReused)
    assert Attempt.objects.count() == 2


@pytest.mark.parametrize(
    "failure",
    [db.OperationalError("away"), db.InterfaceError("closed"), Unavailable(), ValueError("broken")],
)
async def test_what_cannot_be_recorded_is_said_and_the_socket_goes_on(monkeypatch, failure) -> None:
    def record(submissions: Any) -> Any:
        raise failure

    monkeypatch.setattr(answers, "record", record)
    body = {"key": "k", "data": {"item_id": "1", "answer": "hola"}}
    said = json.loads((await answers.answer(Actor(user_id=1), 1, body)).text)
    assert (said["type"], said["key"]) == ("error", "k")
    assert said["data"]["code"] == "service_unavailable"


async def test_over_the_limit_the_client_learns_when_to_come_back(monkeypatch) -> None:
    window = limits.Window(2, 60, 0, 12.0, wait=7.5)

    def record(submissions: Any) -> Any:
        raise limits.OverLimit("progress", [window])

    monkeypatch.setattr(answers, "record", record)
    body = {"key": "k", "data": {"item_id": "1", "answer": "hola"}}
    said = json.loads((await answers.answer(Actor(user_id=2), 1, body)).text)
    assert said["data"]["code"] == "rate_limit_exceeded"
    assert said["data"]["retry_after"] == 8
