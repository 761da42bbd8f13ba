"""One socket's outgoing side: order kept, memory bounded, slow peers let go."""

import asyncio

from sessions_core.actor import Actor
from sessions_core.realtime import viewer as viewers
from sessions_core.realtime.definitions import Close
from sessions_core.realtime.signin import Credentials, Principal
from sessions_core.realtime.viewer import Viewer
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


def viewer_of(peer: Peer) -> Viewer:
    viewer = Viewer(peer.send, SOMEBODY, asyncio.get_running_loop())
    viewer.backlog = None
    return viewer


def event(seq: int, kind: str = "progress_update"):
    return message(kind, {"completed": seq}, seq)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_reading_peer_has_the_message_before_push_returns() -> None:
    peer = Peer()
    viewer_of(peer).push(event(1))
    assert peer.texts == [event(1).text]


async def test_order_is_kept_across_a_pause_of_the_peer() -> None:
    peer = Peer(reading=False)
    viewer = viewer_of(peer)
    for number in range(1, 11):
        viewer.take(event(number))
    peer.reading.set()
    await settle()
    viewer.take(event(11))
    assert peer.texts == [event(number).text for number in range(1, 12)]


async def test_the_same_event_is_sent_once() -> None:
    peer = Peer()
    viewer = viewer_of(peer)
    for number in (1, 2, 2, 1, 3):
        viewer.take(event(number))
    assert peer.texts == [event(number).text for number in (1, 2, 3)]


async def test_events_during_the_replay_follow_it_without_gap_or_double() -> None:
    peer = Peer(reading=False)
    viewer = Viewer(peer.send, SOMEBODY, asyncio.get_running_loop())
    viewer.take(event(3))  # is in the replay as well
    opening = asyncio.create_task(viewer.open([event(1), event(2), event(3)], 3))
    await settle()
    viewer.take(event(4))
    peer.reading.set()
    await opening
    viewer.take(event(5))
    assert peer.texts == [event(number).text for number in range(1, 6)]


async def test_the_last_event_is_followed_by_a_clean_close_and_nothing_else() -> None:
    peer = Peer()
    viewer = viewer_of(peer)
    viewer.take(event(1, "session_complete"))
    viewer.take(event(2))
    assert peer.texts == [event(1, "session_complete").text]
    assert peer.codes == [Close.ENDED]


async def test_a_peer_that_stops_reading_holds_a_bounded_queue_and_is_told_why() -> None:
    peer = Peer(reading=False)
    viewer = viewer_of(peer)
    long = "x" * 1000
    for number in range(1, 2001):
        viewer.take(message("progress_update", {"text": long}, number))
    assert viewer.closing
    peer.reading.set()
    await settle()
    assert peer.codes == [Close.TOO_SLOW]
    # the one that was on its way; the queue was dropped
    assert len(peer.texts) == 1


async def test_a_single_stuck_message_is_enough() -> None:
    peer = Peer(reading=False)
    viewer = viewer_of(peer)
    viewer.take(event(1))
    now = asyncio.get_running_loop().time()
    viewer.check_stall(now + viewers.STALLED_AFTER / 2)
    assert not viewer.closing
    viewer.check_stall(now + viewers.STALLED_AFTER * 2)
    assert viewer.closing


async def test_a_peer_that_takes_no_close_frame_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(viewers, "LAST_WORDS", 0.01)
    cut = asyncio.Event()

    class Server(Peer):
        class transport:
            abort = cut.set

    viewer = viewer_of(Server(reading=False))
    viewer.take(event(1))
    viewer.cut()
    await asyncio.wait_for(cut.wait(), 10)


async def test_a_peer_that_has_gone_ends_quietly() -> None:
    async def send(event: dict) -> None:
        raise OSError("gone")

    viewer = viewer_of(Peer())
    viewer._send = send
    viewer.take(event(1))
    viewer.take(event(2))
    assert viewer.closing
