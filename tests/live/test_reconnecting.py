"""L3, L4: a client that loses its line misses nothing, and what it is told is true."""

from contextlib import suppress
from threading import Semaphore, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher

pytestmark = pytest.mark.processes

EVENTS = 2000
DISCONNECTS = 50


@pytest.mark.redis
def test_fifty_disconnects_in_two_thousand_events(
    products: list[Product], learning: Learning, record_figure
) -> None:
    session = learning.start()
    each = EVENTS // DISCONNECTS
    lines = Semaphore(0)  # so that the events are spread over all the lines

    def practise() -> None:
        for number in range(EVENTS):
            if number % each == 0:
                lines.acquire()
            learning.answer(session, number)
        connection.close()

    practising = Thread(target=practise, daemon=True)
    practising.start()
    told: list[int] = []
    resyncs = 0
    for line in range(DISCONNECTS + 1):
        last = told[-1] if told else 0
        # Cut in the middle of the events of this line; the last line sees the end.
        until = min(line * each + each // 2, EVENTS)
        with Watcher(products[line % 2], session.pk, learning.token, after=last) as seen:
            lines.release()
            seen.until_id(until)
            cut(seen)
            seen.until_closed()
        resyncs += len(seen.of("resync"))
        told += seen.ids
    practising.join()
    missing = EVENTS - len(set(told))
    doubled = len(told) - len(set(told))
    record_figure(
        f"L3: {EVENTS} events, {DISCONNECTS} disconnects: {missing} missing, {doubled} doubled,"
        f" {resyncs} resyncs"
    )
    assert doubled == 0
    assert told == sorted(told)
    assert missing == 0 or resyncs


def cut(seen: Watcher) -> None:
    """Lose the line without a word, as a phone in a tunnel does."""
    with suppress(OSError):
        seen.socket.socket.shutdown(2)


def test_nothing_is_told_before_its_commit_or_after_a_rollback(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until_id(0)
        with transaction.atomic():
            learning.answer(session, 0)
            told_inside = list(seen.ids)
            transaction.set_rollback(True)
        learning.answer(session, 1)  # takes the id that was never used
        seen.until_id(1)
        assert told_inside == [0]
        assert seen.ids == [0, 1]
        assert seen.numbered[1]["data"]["success_rate"] == 1.0


def test_events_applied_to_an_old_state_make_the_present_one(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    learning.answer(session, count=3)
    with Watcher(product, session.pk, learning.token) as seen:
        seen.until_id(3)
        for number in range(3, 40):
            learning.answer(session, number)
        learning.pause(session)
        learning.resume(session)
        learning.pause(session)
        seen.until_id(43)
        state: dict[str, Any] = {}
        for event in seen.numbered:
            state |= event["data"]
    with Watcher(product, session.pk, learning.token) as fresh:
        fresh.until_id(43)
        present = fresh.numbered[0]["data"]
    assert {name: state[name] for name in present} == present
    assert present["status"] == "paused"
