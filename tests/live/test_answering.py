"""Answers sent over the open socket: counted once, judged as by request, refused in words."""

import json
from typing import Any

import httpx
import pytest

from sessions_core import tokens
from sessions_core.models import Attempt
from sessions_core.tests.builders import learner
from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher

pytestmark = [pytest.mark.processes, pytest.mark.both_databases]


def ask(seen: Watcher, **message: Any) -> dict[str, Any]:
    """Send a message; what the server says to it."""
    kinds = {"answer_result", "error", "pong"}
    before = sum(event["type"] in kinds for event in seen.events)
    seen.socket.send(json.dumps(message))
    seen.until(lambda: sum(event["type"] in kinds for event in seen.events) > before)
    return [event for event in seen.events if event["type"] in kinds][-1]


def test_an_answer_over_the_socket_is_an_answer(product: Product, learning: Learning) -> None:
    session = learning.start()
    first, second, *_ = session.plan.item_ids
    with Watcher(product, session.public_id, learning.token) as seen:
        data = {"item_id": str(first), "answer": session.items[first], "time_taken": 3.5}
        result = ask(seen, type="answer", key="one", data=data)
        seen.until_id(1)
        assert result["key"] == "one"
        assert result["data"]["correct"] is True
        assert result["data"]["progress"] == {
            "completed": 1,
            "remaining": 19,
            "success_rate": 1.0,
        }
        assert result["data"]["next_item"]["item_id"] == str(second)
        assert seen.numbered[-1]["data"]["completed"] == 1
    attempt = Attempt.objects.get()
    assert (attempt.item_id, attempt.response_ms) == (first, 3500)


def test_the_same_key_counts_once_by_socket_or_by_request(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    item = session.plan.item_ids[0]
    data = {"item_id": item, "answer": "nonsense", "time_taken": 1}
    with Watcher(product, session.pk, learning.token) as seen:
        results = [ask(seen, type="answer", key="once", data=data) for _ in range(3)]
        by_request = httpx.post(
            f"{product.base_url}/api/v1/sessions/{session.pk}/progress",
            json=data,
            headers={"Authorization": f"Bearer {learning.token}", "Idempotency-Key": "once"},
            timeout=120,
        )
        assert all(result == results[0] for result in results)
        assert by_request.json() == results[0]["data"]
        changed = ask(seen, type="answer", key="once", data={**data, "answer": "other"})
        assert changed["data"]["code"] == "idempotency_key_reused"
    assert Attempt.objects.count() == 1


def test_what_is_wrong_with_an_answer_is_said_and_nothing_is_counted(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    item = session.plan.item_ids[0]
    with Watcher(product, session.pk, learning.token) as seen:
        for message in (
            {"data": {"item_id": item, "answer": "hola"}},
            {"key": "", "data": {"item_id": item, "answer": "hola"}},
            {"key": "x" * 256, "data": {"item_id": item, "answer": "hola"}},
            {"key": 5, "data": {"item_id": item, "answer": "hola"}},
            {"key": "a"},
            {"key": "b", "data": []},
            {"key": "c", "data": {"item_id": item}},
            {"key": "d", "data": {"item_id": item, "answer": "x" * 501}},
            {"key": "e", "data": {"item_id": item, "answer": "hola", "time_taken": -1}},
            {"key": "f", "data": {"item_id": 10**30, "answer": "hola"}},
            {"key": "g", "data": {"item_id": "no number", "answer": "hola"}},
            {"key": "h", "data": {"item_id": item, "answer": "nul \0 in it"}},
        ):
            refused = ask(seen, type="answer", **message)
            assert refused["type"] == "error", message
            assert not seen.closed
        assert refused["data"]["message"]
    with Watcher(product, session.pk, learning.token) as seen:
        learning.pause(session)
        data = {"item_id": item, "answer": "hola"}
        refused = ask(seen, type="answer", key="later", data=data)
        assert "paused" in refused["data"]["message"]
        assert refused["key"] == "later"
    assert not Attempt.objects.exists()


def test_staff_may_watch_and_not_answer(product: Product, learning: Learning) -> None:
    session = learning.start()
    member = tokens.issue(learner("sam", is_staff=True)).access
    data = {"item_id": session.plan.item_ids[0], "answer": "hola"}
    with Watcher(product, session.pk, member) as seen:
        refused = ask(seen, type="answer", key="mine", data=data)
        assert refused["data"]["code"] == "session_not_found"
    assert not Attempt.objects.exists()
