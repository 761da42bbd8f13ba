"""A commit is never slowed or failed by those who would like to hear of it."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest

from sessions_core.lifecycle.events import SessionEvent
from sessions_core.realtime import layer as layers
from sessions_core.realtime import publisher
from sessions_core.realtime.layer import Outbox, between_processes, listen

EVENT = SessionEvent(7, 1, 1, "progress_update", {"completed": 1})


class Layer:
    """A channel layer as a test wants it: ``fail`` raises, ``hang`` never answers."""

    def __init__(self) -> None:
        self.mood = "well"
        self.sent: list[dict[str, Any]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.mood == "fail":
            raise ConnectionError("refused")
        if self.mood == "hang":
            await asyncio.Event().wait()
        self.sent.append(message)

    @property
    def ids(self) -> list[int]:
        return [seq for each in self.sent for _, seq, _, _ in each["events"]]


def tell(outbox: Outbox, seq: int) -> None:
    outbox.tell(SessionEvent(7, None, seq, "progress_update", {}))


@pytest.mark.parametrize(
    "configured", [{}, {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}]
)
def test_without_a_layer_between_processes_nothing_is_begun(settings, configured: dict) -> None:
    settings.CHANNEL_LAYERS = configured
    before = threading.active_count()
    publisher.on_session_events(sender=None, events=[EVENT])
    assert between_processes() is None
    assert threading.active_count() == before


async def test_hints_that_wait_leave_in_one_message() -> None:
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    for seq in range(1, 101):
        tell(outbox, seq)
    await outbox.flushed()
    assert layer.ids == list(range(1, 101))
    assert len(layer.sent) == 1


async def test_a_full_message_waits_for_nothing(monkeypatch) -> None:
    """Else more hints could come than leave, and the oldest would be dropped."""
    monkeypatch.setattr(layers, "LINGER", 3600)
    monkeypatch.setattr(layers, "LONG_LINGER", 3600)
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    for seq in range(1, 3 * layers.BATCH + 1):
        tell(outbox, seq)
    async with asyncio.timeout(20):
        await outbox.flushed()
    assert [len(each["events"]) for each in layer.sent] == 3 * [layers.BATCH]


@pytest.mark.parametrize("mood", ["fail", "hang"])
async def test_a_lost_layer_is_left_alone_and_found_again(monkeypatch, caplog, mood: str) -> None:
    monkeypatch.setattr(layers, "SEND_TIMEOUT", 0.02)
    monkeypatch.setattr(layers, "PAUSE", 0.02)
    caplog.set_level("INFO")
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    layer.mood = mood
    for seq in (1, 2, 3):
        tell(outbox, seq)
    async with asyncio.timeout(10):
        while "lost" not in caplog.text:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # for more attempts
    assert layer.sent == []
    assert caplog.text.count("Channel layer lost") == 1
    layer.mood = "well"
    tell(outbox, 4)
    await outbox.flushed()
    assert layer.ids == [1, 2, 3, 4]
    assert "Channel layer is back" in caplog.text


async def test_what_waits_for_a_layer_is_bounded() -> None:
    layer = Layer()
    outbox = Outbox(asyncio.get_running_loop(), layer)
    layer.mood = "hang"
    for seq in range(layers.WAITING * 2):
        tell(outbox, seq)
    assert len(outbox._hints) == layers.WAITING


async def test_listening_ends_though_the_layer_loses_its_cancellation() -> None:
    class Subscribing:
        async def new_channel(self) -> str:
            return "here"

        async def group_add(self, group: str, channel: str) -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

        async def receive(self, channel: str) -> None:
            await asyncio.Event().wait()

    listening = asyncio.create_task(listen(Subscribing(), lambda *hint: None))
    await asyncio.sleep(0)
    listening.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait({listening})
    assert listening.done()
