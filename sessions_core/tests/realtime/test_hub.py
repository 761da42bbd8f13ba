"""Events in once, out to every socket; what goes missing on the way is read again."""

import asyncio
from collections.abc import Callable

import pytest
from django import db

from sessions_core.actor import Actor
from sessions_core.lifecycle.events import SessionEvent
from sessions_core.models import Session
from sessions_core.realtime import hub as hubs
from sessions_core.realtime import session_subscription
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.hub import Hub
from sessions_core.realtime.session_subscription import SessionSubscription
from sessions_core.realtime.signin import Credentials, Principal
from sessions_core.realtime.snapshot import Update
from sessions_core.realtime.socket_writer import SocketWriter
from sessions_core.realtime.wire import Hint, encode

SESSION = 7
# What the database was asked, of which sessions at once.
READS: list[dict[int, int]] = []
RUNNING = Session(status="active")


def own(*seqs: int, final: bool = False) -> list[Hint]:
    """Hints of this process, which have their events with them."""
    return [Hint("session", SESSION, seq, event(seq, final)) for seq in seqs]


def event(seq: int, final: bool = False) -> SessionEvent:
    kind = "session_complete" if final else "progress_update"
    return SessionEvent(SESSION, 1, seq, kind, {"completed": seq}, final)


class Socket:
    """A socket of the hub, live from the event ``seq`` on, and what was sent to it."""

    def __init__(self, hub: Hub, seq: int = 0, session_id: int = SESSION) -> None:
        self.sent: list[dict] = []
        principal = Principal(Actor(1), Credentials(token="t"))
        self.writer = SocketWriter(self._send, principal, hub.loop)
        self.subscription = hub.join(SessionSubscription, session_id, self.writer)
        if self.subscription.sequence.last is None:
            self.subscription.sequence.start(seq)
        self.writer.backlog, self.writer.seq = None, seq

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
def _no_housekeeping(monkeypatch) -> None:
    """What is done by the clock has its own tests, with real processes."""
    monkeypatch.setattr(hubs, "Housekeeping", lambda *args: None)


@pytest.fixture
def rows(monkeypatch) -> list[int]:
    """Ids on record, in place of the database's rows."""
    on_record: list[int] = []

    def read_missed(positions: dict[int, int]):
        READS.append(dict(positions))
        return {
            session_id: Update(RUNNING, [encode(event(seq)) for seq in on_record if seq > after])
            for session_id, after in positions.items()
        }

    READS.clear()
    monkeypatch.setattr(SessionSubscription, "read", read_missed)
    return on_record


async def test_an_event_put_in_by_a_thread_reaches_every_socket_as_one_object() -> None:
    hub = Hub(asyncio.get_running_loop())
    one, two = Socket(hub), Socket(hub)
    await asyncio.to_thread(hub.queue.put, own(1, 2))
    await until(lambda: one.ids == two.ids == [1, 2])
    assert one.sent[0] is two.sent[0]


async def test_a_lost_event_is_read_from_the_database(rows: list[int]) -> None:
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    rows += [1, 2, 3]
    hub.queue.put(own(3))
    await until(lambda: socket.ids == [1, 2, 3])


async def test_events_that_come_out_of_order_need_no_reading(rows: list[int], monkeypatch) -> None:
    monkeypatch.setattr(hubs, "REORDERING", 0.5)
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    for seq in (2, 3, 1):
        hub.queue.put(own(seq))
        await asyncio.sleep(0.01)
    await until(lambda: socket.ids == [1, 2, 3])
    await asyncio.sleep(2 * hubs.REORDERING)
    assert READS == []


async def test_a_database_that_is_away_is_asked_again(rows: list[int], monkeypatch, caplog) -> None:
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    rows += [1, 2]
    answering = SessionSubscription.read

    def away(positions: dict[int, int]):
        raise db.OperationalError("away")

    monkeypatch.setattr(SessionSubscription, "read", away)
    hub.queue.put(own(2))
    await until(lambda: "away" in caplog.text)
    monkeypatch.setattr(SessionSubscription, "read", answering)
    hub.read_if_behind(socket.subscription)  # what the regular look at the database does
    await until(lambda: socket.ids == [1, 2])


async def test_the_last_event_closes_and_forgets_the_session() -> None:
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    hub.queue.put(own(1, final=True))
    await until(lambda: len(socket.sent) == 2)
    assert socket.sent[1] == {"type": "websocket.close", "code": Close.ENDED}
    hub.leave(socket.subscription, socket.writer)
    assert hub.subscriptions == {}


async def test_events_of_sessions_that_nobody_watches_cost_nothing(monkeypatch) -> None:
    monkeypatch.setattr(
        session_subscription, "encode", lambda event: pytest.fail("encoded for nobody")
    )
    hub = Hub(asyncio.get_running_loop())
    hub.queue.put(own(1))
    await asyncio.sleep(0.05)


async def test_what_another_process_has_is_read_for_all_sessions_at_once(rows: list[int]) -> None:
    hub = Hub(asyncio.get_running_loop())
    sockets = [Socket(hub, session_id=number) for number in range(20)]
    rows += [1, 2]
    hub._handle([Hint("session", number, 2) for number in range(20)])
    await until(lambda: all(socket.ids == [1, 2] for socket in sockets))
    assert [dict.fromkeys(range(20), 0)] == READS


async def test_nothing_that_a_hint_brings_along_is_shown(rows: list[int]) -> None:
    """Whoever can write to the channel layer can have the database read, and no more."""
    hub = Hub(asyncio.get_running_loop())
    socket = Socket(hub)
    hub._handle([Hint("session", SESSION, 1), Hint("unknown", "x", 1)])
    await until(lambda: bool(READS))
    await asyncio.sleep(0.05)
    assert socket.sent == []
    assert len(READS) == 1  # It is not asked over and over for what is not there.


async def test_one_that_cannot_be_read_keeps_no_other_from_it(rows, monkeypatch, caplog) -> None:
    answering = SessionSubscription.read

    def broken(positions: dict[int, int]):
        if 1 in positions:
            raise ValueError("cannot be read")
        return answering(positions)

    monkeypatch.setattr(SessionSubscription, "read", broken)
    hub = Hub(asyncio.get_running_loop())
    sockets = [Socket(hub, session_id=number) for number in range(3)]
    rows += [1]
    hub._handle([Hint("session", number, 1) for number in range(3)])
    await until(lambda: sockets[0].ids == sockets[2].ids == [1])
    await until(lambda: "session 1 not read" in caplog.text)
    assert sockets[1].ids == []
