"""What a viewer sees: the state, every event once and in order, the clock, the end."""

import time

import pytest

from sessions_core.app_settings import app_settings
from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher

pytestmark = [pytest.mark.processes, pytest.mark.both_databases]


def test_the_state_on_connecting_then_every_event_then_a_clean_close(
    product: Product, learning: Learning
) -> None:
    session = learning.start(time_limit=600)
    with Watcher(product, session.public_id, learning.token) as seen:
        seen.until(lambda: len(seen.events) >= 2)
        first, clock = seen.events[:2]
        assert first == {
            "type": "progress_update",
            "id": 0,
            "data": {
                "completed": 0,
                "remaining": 20,
                "success_rate": 0.0,
                "current_streak": 0,
                "status": "active",
            },
        }
        assert clock["type"] == "time_update"
        assert clock["data"]["elapsed"] + clock["data"]["remaining"] == 600
        learning.answer(session, number=1)
        learning.answer(session, number=2, count=4)
        learning.pause(session)
        learning.resume(session)
        learning.complete(session)
        assert seen.until_closed() == 1000
        assert seen.ids == list(range(9))
        kinds = [event["type"] for event in seen.numbered]
        assert kinds == [
            *["progress_update"] * 6,
            *("session_paused", "session_resumed", "session_complete"),
        ]
        assert seen.numbered[4]["data"] == {
            "completed": 4,
            "remaining": 16,
            "success_rate": 1.0,
            "current_streak": 4,
        }
        assert {**seen.numbered[-1]["data"], "duration": 1} == {
            "success_rate": 0.8,
            "duration": 1,
            "words_mastered": 4,
            "status": "completed",
        }


def test_a_session_without_a_limit_has_no_clock(product: Product, learning: Learning) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until_id(0)
        learning.answer(session)
        seen.until_id(1)
        assert seen.of("time_update") == []


def test_the_clock_ticks_and_stands_still_in_a_pause(product: Product, learning: Learning) -> None:
    session = learning.start(time_limit=600)
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until(lambda: len(seen.of("time_update")) >= 3)
        learning.pause(session)
        seen.until(lambda: bool(seen.of("session_paused")))
        before = len(seen.of("time_update"))
        time.sleep(2.5)
        assert len(seen.of("time_update")) == before
        learning.resume(session)
        seen.until(lambda: len(seen.of("time_update")) >= before + 2)
        told = [event["data"]["elapsed"] for event in seen.of("time_update")]
        # A tick may leave while the pause is on its way, and round up what that ends.
        assert told[:before] == sorted(told[:before])
        assert told[before:] == sorted(told[before:])
        assert told[before] >= told[before - 1] - 1
        # the pause is in neither number
        assert all(sum(event["data"].values()) == 600 for event in seen.of("time_update"))
        learning.pause(session)
        session.refresh_from_db()
        assert told[-1] <= session.active_ms / 1000 + 1


def test_the_server_ends_a_session_at_its_limit(product: Product, learning: Learning) -> None:
    session = learning.start(time_limit=2)
    learning.answer(session, number=1)
    with Watcher(product, session.pk, learning.token) as seen:
        assert seen.until_closed() == 1000
        assert seen.events[-1]["type"] == "session_complete"
        assert seen.events[-1]["data"]["status"] == "expired"
        assert seen.events[-1]["data"]["duration"] == 2
    session.refresh_from_db()
    assert session.status == "expired"


def test_a_finished_session_shows_its_end_and_closes(product: Product, learning: Learning) -> None:
    session = learning.start()
    learning.answer(session, number=1, count=3)
    learning.complete(session)
    with Watcher(product, session.pk, learning.token) as seen:
        assert seen.until_closed() == 1000
        assert seen.ids == [3, 4]
        assert seen.events[-1]["data"]["status"] == "completed"


def test_what_was_missed_is_replayed_and_goes_on_live(product: Product, learning: Learning) -> None:
    session = learning.start()
    learning.answer(session, count=10)
    with Watcher(product, session.pk, learning.token, after=4) as seen:
        seen.until_id(10)
        learning.answer(session, number=10, count=3)
        seen.until_id(13)
        assert seen.ids == list(range(5, 14))


@pytest.mark.parametrize("after", ["99", "-1", "abc", "9" * 30])
def test_an_id_that_never_was_brings_a_resync(
    product: Product, learning: Learning, after: str
) -> None:
    session = learning.start()
    learning.answer(session, count=3)
    with Watcher(product, session.pk, learning.token, after=after) as seen:
        seen.until_id(3)
        learning.answer(session, number=3)
        seen.until_id(4)
        assert [event["type"] for event in seen.numbered] == ["resync", "progress_update"]
        assert seen.ids == [3, 4]
        assert seen.numbered[0]["data"]["completed"] == 3


def test_more_missed_than_can_be_replayed_brings_a_resync(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    limit = app_settings.REPLAY_LIMIT
    for _ in range(limit // 100):
        learning.answer(session, count=100)
    learning.answer(session, count=7)
    with Watcher(product, session.pk, learning.token, after=6) as seen:
        seen.until_id(limit + 7)
        assert [event["type"] for event in seen.events] == ["resync"]
    with Watcher(product, session.pk, learning.token, after=7) as seen:
        seen.until_id(limit + 7)
        assert seen.ids == list(range(8, limit + 8))


def test_a_ping_is_answered_and_nonsense_is_told_so(product: Product, learning: Learning) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token) as seen:
        seen.socket.send('{"type": "ping"}')
        seen.until(lambda: bool(seen.of("pong")))
        for nonsense in ("", "[]", "no json", '{"type": "shutdown"}', b"\x00\xff", "[" * 5000):
            seen.socket.send(nonsense)
        seen.until(lambda: len(seen.of("error")) == 6)
        assert not seen.closed


@pytest.mark.redis
def test_events_cross_from_one_process_to_the_sockets_of_others(
    products: list[Product], learning: Learning
) -> None:
    """This process commits, and each of the two product processes has a viewer."""
    session = learning.start()
    with (
        Watcher(products[0], session.pk, learning.token) as one,
        Watcher(products[1], session.pk, learning.token) as two,
    ):
        one.until_id(0)
        two.until_id(0)
        for number in range(50):
            learning.answer(session, number=number)
        learning.complete(session)
        assert one.until_closed() == two.until_closed() == 1000
        assert one.ids == two.ids == list(range(52))


@pytest.mark.torture
def test_a_viewer_silent_for_30_seconds_still_gets_its_events(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token, ping_interval=None) as seen:
        seen.until_id(0)
        time.sleep(31)
        learning.answer(session)
        seen.until_id(1)
        assert seen.ids == [0, 1]
