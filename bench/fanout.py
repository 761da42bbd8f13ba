"""One event to many viewers: the project's hub against ``group_send`` and the plain library.

    python -m bench.fanout [--viewers 1000] [--rounds 3] [--seconds 4]

Each contender is one process, which has its events from Redis. They take turns, so that what else
the machine does falls on all of them. An event is published when every viewer has had the last.
"""

import argparse
import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import redis.asyncio as redis
import uvloop
from tqdm import tqdm

from tests.support.ports import free_port, wait_for
from tests.support.redis_server import RedisServer, find_binary

from .fanout_viewers import FIRST_ID, Contender, Result, measure

ROOT = Path(__file__).resolve().parents[1]
# Of the library's rate, and times the rate of group_send: what performance is held to.
OF_LIBRARY, OF_GROUP_SEND = 0.5, 10
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
    report(results, wanted.viewers)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    return parser.parse_args()


def environment(folder: Path, redis_url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "langportal.settings",
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
    from sessions_core.models import Session

    call_command("migrate", interactive=False, verbosity=0)
    learner = get_user_model().objects.create(username="learner", password="!")
    session = Session.objects.create(
        user=learner, dialect="portal", local_day=timezone.now().date(), last_seq=FIRST_ID
    )
    return session.pk, tokens.issue(learner).access


async def turn(
    index: int, session_id: int, token: str, wanted: argparse.Namespace
) -> tuple[str, Result]:
    """One contender's turn, in a process of its own."""
    contender = contenders(session_id, token)[index]
    port = free_port()
    command = [part.format(port=port) for part in contender.command]
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT)
    try:
        if not await asyncio.to_thread(wait_for, port, 60):
            raise RuntimeError(f"{contender.title} did not start")
        result = await measure(contender, process.pid, port, wanted.viewers, wanted.seconds)
    finally:
        process.kill()
        process.wait()
    return contender.title, result


def contenders(session_id: int, token: str) -> list[Contender]:
    from channels.layers import get_channel_layer

    from sessions_core.realtime.layer import GROUP

    layer: Any = get_channel_layer()
    plain = redis.from_url(os.environ["REDIS_URL"])

    def hint(number: int, text: str) -> Awaitable[object]:
        events = [(session_id, number, "progress_update", text)]
        message = {"type": "session.events", "origin": "bench", "events": events}
        return layer.group_send(GROUP, message)

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


def report(results: dict[str, list[Result]], viewers: int) -> None:
    rates = {title: statistics.median(each.rate for each in of) for title, of in results.items()}
    hub, library, group_send = rates.values()
    print(f"One event to {viewers} viewers, one process, medians:")
    for title, of in results.items():
        spread = f"{min(each.rate for each in of):,.0f} to {max(each.rate for each in of):,.0f}"
        cpu = statistics.median(each.cpu for each in of)
        print(f"  {title:25} {rates[title]:>9,.0f} a second ({spread}), {cpu:.1f} µs CPU each")
    for name, ratio, bar in (
        ("the library's rate", hub / library, OF_LIBRARY),
        ("group_send's rate", hub / group_send, OF_GROUP_SEND),
    ):
        verdict = "met" if ratio >= bar else "MISSED"
        print(f"  hub: {ratio:.2f} times {name}; the bar is {bar}: {verdict}")


if __name__ == "__main__":
    main()
