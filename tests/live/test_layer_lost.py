"""L1, L2: Redis dies or hangs. Answers go on, and so do the events, by way of the database."""

import time
from collections.abc import Callable

import httpx
import pytest
import redis

from sessions_core.realtime import layer
from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher

pytestmark = [pytest.mark.processes, pytest.mark.postgres, pytest.mark.torture]

# Only ends a test that would wait in vain.
PATIENCE = 120


@pytest.mark.parametrize(("label", "loss"), [("L1", "killed"), ("L2", "stopped")])
def test_events_return_without_redis_and_with_it(
    another: Callable[..., Product],
    learning: Learning,
    own_redis,
    record_figure,
    label: str,
    loss: str,
) -> None:
    server = own_redis()
    asked, watched = another(redis_url=server.url), another(redis_url=server.url)
    session = learning.start()

    def seconds_to_event(number: int, seen: Watcher) -> float:
        began = time.monotonic()
        submission = learning.submission(session, number)
        answered = httpx.post(
            f"{asked.base_url}/api/v1/sessions/{session.public_id}/progress",
            headers={"Authorization": f"Bearer {learning.token}"},
            json={"item_id": str(submission.item_id), "answer": "hola", "time_taken": 1},
            timeout=PATIENCE,
        )
        assert answered.status_code == 200
        seen.until_id(number)
        return time.monotonic() - began

    with Watcher(watched, session.pk, learning.token) as seen:
        seen.until_id(0)
        usual = seconds_to_event(1, seen)
        server.kill() if loss == "killed" else server.pause()
        without = [seconds_to_event(number, seen) for number in range(2, 5)]
        with Watcher(watched, session.pk, learning.token) as late:
            late.until_id(4)
        server.start() if loss == "killed" else server.resume()
        back = [seconds_to_event(number, seen) for number in range(5, 8)]
        assert seen.ids == list(range(8))
        subscribed_again = seconds_until_subscribed(server.url, processes=1)
    record_figure(
        f"{label}: Redis {loss}: every answer 200; event after {usual:.2f} s with it, at most"
        f" {max(without):.2f} s without it, {max(back):.2f} s once it is back; subscribed again"
        f" {subscribed_again:.1f} s later"
    )


def seconds_until_subscribed(url: str, processes: int) -> float:
    began = time.monotonic()
    with redis.Redis.from_url(url) as client:
        while client.pubsub_numsub(f"asgi__group__{layer.group()}")[0][1] < processes:
            assert time.monotonic() - began < PATIENCE
            time.sleep(0.1)
    return time.monotonic() - began
