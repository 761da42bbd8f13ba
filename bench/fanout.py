"""One event to many viewers: the project's hub against ``group_send`` and the plain library.

    python -m bench.fanout [--viewers 1000] [--rounds 3] [--seconds 4] [--write]

Each contender is one process, which has its events from Redis; the project has a hint from there
and the event from the database. They take turns, so that what else the machine does falls on all of
them. Three events are on their way at a time.
Then, with one viewer: how long an answer takes, and how long its event.
"""

import argparse
import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import redis.asyncio as redis
import uvloop
from tqdm import tqdm

from tests.support.ports import free_port, wait_for
from tests.support.redis_server import RedisServer, find_binary

from . import page
from .bars import ANSWER_TO_EVENT, OF_GROUP_SEND, OF_LIBRARY
from .event_latency import Latency
from .event_latency import measure as measure_latency
from .fanout_viewers import FIRST_ID, Contender, Result, measure
from .places import ROOT

# In the session: as many as the events of ``fanout_viewers`` say.
ITEMS = 20
SERVER = ("uvicorn", "--loop", "uvloop", "--lifespan", "off", "--log-level", "error")
SERVER += ("--ws-per-message-deflate", "false", "--port", "{port}")


def main() -> None:
    wanted = arguments()
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="fanout-")))
        server = RedisServer(find_binary(), folder).start()
        ending.callback(server.kill)
        os.environ |= environment(folder, server.url)
        session_id, token = world()
        results: dict[str, list[Result]] = {}
        for _ in tqdm(range(wanted.rounds), "Measuring"):
            for index in range(3):
                title, result = uvloop.run(turn(index, session_id, token, wanted))
                results.setdefault(title, []).append(result)
        latency = uvloop.run(answers_turn(session_id, token, wanted.answers))
    text = report(results, latency, wanted.viewers)
    print(text)
    if wanted.write:
        page.put({"Live events": text})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help="Write docs/performance.md too.")
    return parser.parse_args()


def environment(folder: Path, redis_url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'fanout.sqlite3'}",
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_ENCRYPTION_KEYS": "bench:" + "A" * 43 + "=",
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
    }


def world() -> tuple[int, str]:
    """A session to watch, and the token of its learner."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from sessions_core import tokens
    from sessions_core.models import Activity, Item, Plan, Session

    call_command("migrate", interactive=False, verbosity=0)
    learner = get_user_model().objects.create(username="learner", password="!")
    activity = Activity.objects.create(key="bench", name="Basic Vocabulary")
    ids = range(1, ITEMS + 1)
    Item.objects.bulk_create(
        Item(pk=n, activity=activity, key=f"w{n}", position=n, prompt=f"w{n}", answer=f"palabra{n}")
        for n in ids
    )
    session = Session.objects.create(
        user=learner,
        dialect="portal",
        activity=activity,
        item_count=ITEMS,
        local_day=timezone.now().date(),
        last_seq=FIRST_ID,
    )
    Plan.objects.create(session=session, item_ids=list(ids))
    return session.pk, tokens.issue(learner).access


async def turn(
    index: int, session_id: int, token: str, wanted: argparse.Namespace
) -> tuple[str, Result]:
    contender, port = contenders(session_id, token)[index], free_port()
    await asyncio.to_thread(forget_events, session_id)
    async with running(contender, port) as pid:
        result = await measure(contender, pid, port, wanted.viewers, wanted.seconds)
    return contender.title, result


async def answers_turn(session_id: int, token: str, count: int) -> Latency:
    """The project alone, with one learner and one viewer."""
    contender, port = contenders(session_id, token)[0], free_port()
    async with running(contender, port):
        return await measure_latency(port, session_id, token, count)


def record_event(session_id: int, number: int) -> None:
    """The answer whose event is ``fanout_viewers.event(number)``."""
    from django.utils import timezone

    from sessions_core.models import Attempt, Session

    counts = {"answered_count": 5, "attempt_count": 5, "correct_count": 4, "current_streak": 3}
    Attempt.objects.create(
        session_id=session_id,
        seq=number,
        item_id=1,
        correct=True,
        response_ms=0,
        created_at=timezone.now(),
        **counts,
    )
    Session.objects.filter(pk=session_id).update(last_seq=number)


def forget_events(session_id: int) -> None:
    from sessions_core.models import Attempt, Session

    Attempt.objects.filter(session_id=session_id).delete()
    Session.objects.filter(pk=session_id).update(last_seq=FIRST_ID)


@asynccontextmanager
async def running(contender: Contender, port: int) -> AsyncIterator[int]:
    """The contender as a process of its own: its id."""
    command = [part.format(port=port) for part in contender.command]
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT)
    try:
        if not await asyncio.to_thread(wait_for, port, 60):
            raise RuntimeError(f"{contender.title} did not start")
        yield process.pid
    finally:
        process.kill()
        process.wait()


def contenders(session_id: int, token: str) -> list[Contender]:
    from channels.layers import get_channel_layer

    from sessions_core.realtime.layer import group

    layer: Any = get_channel_layer()
    plain = redis.from_url(os.environ["REDIS_URL"])

    async def hint(number: int, text: str) -> None:
        await asyncio.to_thread(record_event, session_id, number)
        hints = [("session", session_id, number)]
        await layer.group_send(group(), {"type": "live.hints", "origin": "bench", "hints": hints})

    def group_send(number: int, text: str) -> Awaitable[object]:
        return layer.group_send("session_1", {"type": "session.event", "text": text})

    def publish(number: int, text: str) -> Awaitable[object]:
        return plain.publish("session_1", text)

    return [
        Contender(
            "langportal, hub",
            (*SERVER, "langportal.asgi:application"),
            hint,
            f"/ws/sessions/{session_id}",
            f"Authorization: Bearer {token}\r\n",
        ),
        Contender(
            "websockets, broadcast()",
            ("bench.peers.websockets_broadcast", "{port}", "session_1"),
            publish,
        ),
        Contender(
            "channels, group_send()",
            (*SERVER, "bench.peers.channels_group:application"),
            group_send,
        ),
    ]


def report(results: dict[str, list[Result]], latency: Latency, viewers: int) -> str:
    rates = {title: statistics.median(each.rate for each in of) for title, of in results.items()}
    hub, library, group_send = rates.values()
    lines = [
        f"One event to {viewers:,} viewers of one process:",
        "",
        "| server | deliveries a second | from – to | CPU µs each |",
        "|---|---|---|---|",
    ]
    for title, of in results.items():
        least, most = min(each.rate for each in of), max(each.rate for each in of)
        cpu = statistics.median(each.cpu for each in of)
        lines.append(f"| {title} | {rates[title]:,.0f} | {least:,.0f} – {most:,.0f} | {cpu:.1f} |")
    lines += ["", "| bar | at least | measured | verdict |", "|---|---|---|---|"]
    for name, ratio, bar in (
        ("of the library's rate", hub / library, OF_LIBRARY),
        ("of group_send's rate", hub / group_send, OF_GROUP_SEND),
        (
            "answer, p99, against its event at a viewer",
            latency.answer / latency.event,
            ANSWER_TO_EVENT,
        ),
    ):
        verdict = "met" if ratio >= bar else "missed"
        lines.append(f"| {name} | {bar:g}× | {ratio:.2f}× | {verdict} |")
    lines += ["", f"p99: answer {latency.answer:.1f} ms, its event {latency.event:.1f} ms."]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
