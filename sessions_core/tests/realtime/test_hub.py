"""Events in once, out to every socket; what goes missing on the way is read again."""

import asyncio
from collections.abc import Callable

import pytest
from django import db

from sessions_core.actor import Actor
from sessions_core.lifecycle.events import SessionEvent
from sessions_core.realtime import hub as hubs
from sessions_core.realtime import snapshot
from sessions_core.realtime.clock import Clock
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.hub import Hub
from sessions_core.realtime.signin import Credentials, Principal
from sessions_core.realtime.viewer import Viewer
from sessions_core.realtime.wire import encode

SESSION = 7
RUNNING = Clock("active", None, 0, None)


def event(seq: int, final: bool = False) -> SessionEvent:
    kind = "session_complete" if final else "progress_update"
    return SessionEvent(SESSION, 1, seq, kind, {"completed": seq}, final)


class Socket:
    """A socket of the hub, live from the event ``seq`` on, and what was sent to it."""

    def __init__(self, hub: Hub, seq: int = 0) -> None:
        self.sent: list[dict] = []
        self.viewer = Viewer(self._send, Principal(Actor(1), Credentials(token="t")), hub.loop)
        self.watch = hub.join(SESSION, self.viewer)
        if self.watch.sequence.last is None:
            self.watch.sequence.start(seq)
        self.viewer.backlog, self.viewer.seq = None, seq

    async def _send(self, message: dict) -> None:
        self.sent.append(message)

    @property
    def ids(self) -> list[int]:
        number = {encode(event(seq)).text: seq for seq in range(100)}
        return [number[each["text"]] for each in self.sent if each.get("text") in number]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _no_upkeep(monkeypatch) -> None:
    """What the hub does by the clock has its own tests, with real processes."""
    monkeypatch.setattr(hubs, "Upkeep", lambda hub: None)


@pytest.fixture
def rows(monkeypatch) -> list[int]:
    """Ids on record, in place of the database's rows."""
    on_record: list[int] = []

    def catch_up(session_id: int, after: int):
        return [encode(event(seq)) for seq in on_record if seq > after], RUNNING

    monkeypatch.setattr(snapshot, "catch_up", catch_up)
    return on_record


async def test_an_event_put_in_by_a_thread_reaches_every_socket_as_one_object() -> None:
    hub = Hub(asyncio.get_running_loop())
    one, two = Socket(hub), Socket(hub)
    await asyncio.to_thread(hub.mailbox.put, [event(1), event(2)])
    await until(lambda: one.ids == two.ids == [1, 2])
    assert one.sent[0] is two.sent[0]


async def test_a_lost_event_is_read_from_the_database(rows: list[int]) -> None:
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    rows += [1, 2, 3]
    hub.mailbox.put([event(3)])
    await until(lambda: socket.ids == [1, 2, 3])


async def test_events_that_come_out_of_order_need_no_reading(monkeypatch) -> None:
    def unread(session_id: int, after: int):
        raise AssertionError("read though nothing was missing")

    monkeypatch.setattr(snapshot, "catch_up", unread)
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    for seq in (2, 3, 1):
        hub.mailbox.put([event(seq)])
    await until(lambda: socket.ids == [1, 2, 3])
    await asyncio.sleep(2 * hubs.PATIENCE)


async def test_a_database_that_is_away_is_asked_again(rows: list[int], monkeypatch, caplog) -> None:
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    rows += [1, 2]
    answering = snapshot.catch_up

    def away(session_id: int, after: int):
        raise db.OperationalError("away")

    monkeypatch.setattr(snapshot, "catch_up", away)
    hub.mailbox.put([event(2)])
    await until(lambda: "away" in caplog.text)
    monkeypatch.setattr(snapshot, "catch_up", answering)
    hub.learn(socket.watch, 2, RUNNING)  # what the regular look at the database does
    await until(lambda: socket.ids == [1, 2])


async def test_the_last_event_closes_and_forgets_the_session() -> None:
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    hub.mailbox.put([event(1, final=True)])
    await until(lambda: len(socket.sent) == 2)
    assert socket.sent[1] == {"type": "websocket.close", "code": Close.ENDED}
    hub.leave(socket.watch, socket.viewer)
    assert hub.watches == {}


async def test_events_of_sessions_that_nobody_watches_cost_nothing(monkeypatch) -> None:
    monkeypatch.setattr(hubs, "encode", lambda event: pytest.fail("encoded for nobody"))
    hub = Hub(asyncio.get_running_loop())
    hub.mailbox.put([event(1)])
    await asyncio.sleep(0.05)
