"""A commit is never slowed or failed by those who listen for it."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest

from sessions_core.lifecycle.events import SessionEvent
from sessions_core.realtime import layer as layers
from sessions_core.realtime import publisher
from sessions_core.realtime.layer import Outbox, between_processes, listen
from sessions_core.realtime.wire import Hint

EVENT = SessionEvent(7, 1, 1, "progress_update", {"completed": 1})


class Layer:
    """A channel layer as a test wants it: ``fail`` raises, ``hang`` never answers."""

    def __init__(self) -> None:
        self.mood = "well"
        self.sent: list[dict[str, Any]] = []
        self.loops: list[asyncio.AbstractEventLoop] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.mood == "fail":
            raise ConnectionError("refused")
        if self.mood == "hang":
            await asyncio.Event().wait()
        self.sent.append(message)
        self.loops.append(asyncio.get_running_loop())

    @property
    def ids(self) -> list[int]:
        return [number for each in self.sent for _, _, number in each["hints"]]


def put(outbox: Outbox, number: int) -> None:
    event = SessionEvent(7, None, number, "progress_update", {"completed": number})
    outbox.put([Hint("session", 7, number, event)])


@pytest.mark.parametrize(
    "configured", [{}, {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}]
)
def test_without_a_layer_between_processes_nothing_is_begun(settings, configured: dict) -> None:
    settings.CHANNEL_LAYERS = configured
    before = threading.active_count()
    publisher.on_session_events(sender=None, events=[EVENT])
    assert between_processes() is None
    assert threading.active_count() == before


async def test_a_hint_leaves_without_the_event() -> None:
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    put(outbox, 3)
    await outbox.sent()
    (message,) = layer.sent
    assert message["hints"] == [("session", 7, 3)]


async def test_hints_that_wait_leave_in_one_message() -> None:
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    for seq in range(1, 101):
        put(outbox, seq)
    await outbox.sent()
    assert layer.ids == list(range(1, 101))
    assert len(layer.sent) == 1


async def test_a_full_message_waits_for_nothing(monkeypatch) -> None:
    """Else more hints could come than leave, and the oldest would be dropped."""
    monkeypatch.setattr(layers, "LINGER", 3600)
    monkeypatch.setattr(layers, "LONG_LINGER", 3600)
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    for seq in range(1, 3 * layers.BATCH + 1):
        put(outbox, seq)
    async with asyncio.timeout(20):
        await outbox.sent()
    assert [len(each["hints"]) for each in layer.sent] == 3 * [layers.BATCH]


@pytest.mark.parametrize("mood", ["fail", "hang"])
async def test_a_lost_layer_is_left_alone_and_found_again(monkeypatch, caplog, mood: str) -> None:
    monkeypatch.setattr(layers, "SEND_TIMEOUT", 0.02)
    monkeypatch.setattr(layers, "RETRY_AFTER", 0.02)
    caplog.set_level("INFO")
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    layer.mood = mood
    for seq in (1, 2, 3):
        put(outbox, seq)
    async with asyncio.timeout(10):
        while "lost" not in caplog.text:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # for more attempts
    assert layer.sent == []
    assert caplog.text.count("Channel layer lost") == 1
    layer.mood = "well"
    put(outbox, 4)
    await outbox.sent()
    assert layer.ids == [1, 2, 3, 4]
    assert "Channel layer is back" in caplog.text


async def test_what_waits_for_a_layer_is_bounded() -> None:
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    layer.mood = "hang"
    for seq in range(layers.WAITING * 2):
        put(outbox, seq)
    await asyncio.sleep(0)
    assert len(outbox._hints) == layers.WAITING


@pytest.fixture
def carrier(monkeypatch) -> Layer:
    """A layer that reaches other processes, in a process that serves no socket."""
    carrier = Layer()
    monkeypatch.setattr(layers, "between_processes", lambda: carrier)
    monkeypatch.setattr(publisher.hub, "running", lambda: None)
    monkeypatch.setattr(publisher, "_on_loop", None)
    monkeypatch.setattr(publisher, "_in_background", None)
    return carrier


async def test_what_is_committed_on_a_running_loop_leaves_by_that_loop(carrier: Layer) -> None:
    before = threading.active_count()
    publisher.on_session_events(sender=None, events=[EVENT])
    async with asyncio.timeout(10):
        while not carrier.sent:
            await asyncio.sleep(0.01)
    assert carrier.loops == [asyncio.get_running_loop()]
    assert threading.active_count() == before


def test_what_is_committed_in_a_thread_leaves_by_one_begun_for_it(carrier: Layer) -> None:
    publisher.on_session_events(sender=None, events=[EVENT])
    publisher.on_session_events(sender=None, events=[EVENT._replace(seq=2)])
    assert publisher._in_background is not None
    publisher._in_background.flush()
    assert carrier.ids == [1, 2]
    assert carrier.loops[0] is publisher._in_background.loop


class Redis:
    """Groups that every process of every deployment on one server can reach."""

    def __init__(self) -> None:
        self.channels: dict[str, list[asyncio.Queue]] = {}

    async def new_channel(self) -> asyncio.Queue:
        return asyncio.Queue()

    async def group_add(self, group: str, channel: asyncio.Queue) -> None:
        self.channels.setdefault(group, []).append(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        for channel in self.channels.get(group, ()):
            channel.put_nowait({**message, "origin": "another process"})

    async def receive(self, channel: asyncio.Queue) -> dict[str, Any]:
        return await channel.get()


@pytest.mark.parametrize(("theirs", "arrives"), [("sessions", True), ("staging", False)])
async def test_hints_of_a_deployment_stay_within_its_prefix(
    settings, theirs: str, arrives: bool
) -> None:
    redis, seen = Redis(), []
    listening = asyncio.create_task(listen(redis, seen.extend))
    await asyncio.sleep(0.01)
    settings.SESSIONS_LIVE_PREFIX = theirs
    outbox = Outbox(asyncio.get_running_loop(), redis)
    put(outbox, 1)
    await outbox.sent()
    await asyncio.sleep(0.01)
    listening.cancel()
    assert seen == ([Hint("session", 7, 1)] if arrives else [])


async def test_listening_ends_though_the_layer_loses_its_cancellation() -> None:
    class Subscribing:
        async def new_channel(self) -> str:
            return "here"

        async def group_add(self, group: str, channel: str) -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

        async def receive(self, channel: str) -> None:
            await asyncio.Event().wait()

    listening = asyncio.create_task(listen(Subscribing(), lambda hints: None))
    await asyncio.sleep(0)
    listening.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait({listening})
    assert listening.done()
