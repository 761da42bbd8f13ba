"""One socket's outgoing side: order kept, memory bounded, slow peers let go."""

import asyncio

from sessions_core.actor import Actor
from sessions_core.realtime import socket_writer
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.signin import Credentials, Principal
from sessions_core.realtime.socket_writer import SocketWriter
from sessions_core.realtime.wire import message

SOMEBODY = Principal(Actor(1), Credentials(token="t"))


class Peer:
    """A server's ``send``: takes messages while ``reading`` is set."""

    def __init__(self, reading: bool = True) -> None:
        self.reading = asyncio.Event()
        self.took: list[dict] = []
        if reading:
            self.reading.set()

    async def send(self, event: dict) -> None:
        await self.reading.wait()
        self.took.append(event)

    @property
    def texts(self) -> list[str]:
        return [event["text"] for event in self.took if "text" in event]

    @property
    def codes(self) -> list[int]:
        return [event["code"] for event in self.took if "code" in event]


def writer_of(peer: Peer) -> SocketWriter:
    writer = SocketWriter(peer.send, SOMEBODY, asyncio.get_running_loop())
    writer.backlog = None
    return writer


def event(seq: int, kind: str = "progress_update"):
    return message(kind, {"completed": seq}, seq)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_reading_peer_has_the_message_before_send_returns() -> None:
    peer = Peer()
    writer_of(peer).send(event(1))
    assert peer.texts == [event(1).text]


async def test_order_is_kept_across_a_pause_of_the_peer() -> None:
    peer = Peer(reading=False)
    writer = writer_of(peer)
    for number in range(1, 11):
        writer.deliver(event(number))
    peer.reading.set()
    await settle()
    writer.deliver(event(11))
    assert peer.texts == [event(number).text for number in range(1, 12)]


async def test_the_same_event_is_sent_once() -> None:
    peer = Peer()
    writer = writer_of(peer)
    for number in (1, 2, 2, 1, 3):
        writer.deliver(event(number))
    assert peer.texts == [event(number).text for number in (1, 2, 3)]


async def test_events_during_the_replay_follow_it_without_gap_or_double() -> None:
    peer = Peer(reading=False)
    writer = SocketWriter(peer.send, SOMEBODY, asyncio.get_running_loop())
    writer.deliver(event(3))  # is in the replay as well
    opening = asyncio.create_task(writer.open([event(1), event(2), event(3)], 3))
    await settle()
    writer.deliver(event(4))
    peer.reading.set()
    await opening
    writer.deliver(event(5))
    assert peer.texts == [event(number).text for number in range(1, 6)]


async def test_the_last_event_is_followed_by_a_clean_close_and_nothing_else() -> None:
    peer = Peer()
    writer = writer_of(peer)
    writer.deliver(event(1, "session_complete"))
    writer.deliver(event(2))
    assert peer.texts == [event(1, "session_complete").text]
    assert peer.codes == [Close.ENDED]


async def test_a_peer_that_stops_reading_holds_a_bounded_queue_and_is_told_why() -> None:
    peer = Peer(reading=False)
    writer = writer_of(peer)
    long = "x" * 1000
    for number in range(1, 2001):
        writer.deliver(message("progress_update", {"text": long}, number))
    assert writer.closing
    peer.reading.set()
    await settle()
    assert peer.codes == [Close.TOO_SLOW]
    # the one that was on its way; the queue was dropped
    assert len(peer.texts) == 1


async def test_a_single_stuck_message_is_enough() -> None:
    peer = Peer(reading=False)
    writer = writer_of(peer)
    writer.deliver(event(1))
    now = asyncio.get_running_loop().time()
    writer.check_stall(now + socket_writer.STALLED_AFTER / 2)
    assert not writer.closing
    writer.check_stall(now + socket_writer.STALLED_AFTER * 2)
    assert writer.closing


async def test_a_peer_that_takes_no_close_frame_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(socket_writer, "CLOSE_TIMEOUT", 0.01)
    cut = asyncio.Event()

    class Server(Peer):
        class transport:
            abort = cut.set

    writer = writer_of(Server(reading=False))
    writer.deliver(event(1))
    writer.cut()
    await asyncio.wait_for(cut.wait(), 10)


async def test_a_peer_that_has_gone_ends_quietly() -> None:
    async def send(event: dict) -> None:
        raise OSError("gone")

    writer = writer_of(Peer())
    writer._asgi_send = send
    writer.deliver(event(1))
    writer.deliver(event(2))
    assert writer.closing
