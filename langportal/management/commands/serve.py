"""``manage.py serve`` starts the product from a fresh clone with one command."""

import errno
import socket
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from langportal.demo import people
from sessions_core.realtime.definitions import MAX_FRAME_BYTES

HOST = "127.0.0.1"


class Command(BaseCommand):
    """All steps run in one process, since starting Python for each would triple the wait."""

    help = "Migrate, seed the demo (where DEMO is on) and serve with uvicorn on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, verbosity: int, **options: Any) -> None:
        # The port is opened first, so that a taken port is reported before the migrations run.
        # After a Ctrl-C, uvicorn shuts down and then raises KeyboardInterrupt again.
        with _listen(port) as listening, suppress(KeyboardInterrupt):
            call_command("migrate", interactive=False, verbosity=0)
            if settings.DEMO:
                call_command("seed_demo", verbosity=verbosity)
            self.stdout.write(_where_to_click(f"http://{HOST}:{listening.getsockname()[1]}"))
            self.stdout.flush()
            _serve(listening)


def _where_to_click(address: str) -> str:
    lines = [
        f"langportal answers at  {address}/",
        f"API documentation at   {address}/api/docs/",
        f"Admin at               {address}/admin/",
    ]
    if settings.DEMO:
        names = ", ".join(person.name for person in people.PEOPLE if not person.extra)
        lines += [f"Sign in as             {names}", f"with the password      {people.PASSWORD}"]
    return "\n".join(["", *lines, "Stop with Ctrl-C.", "", ""])


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is taken. Stop what listens there, or choose another:"
                f" make run PORT={port + 1}"
            ) from None
        raise CommandError(f"Cannot listen on port {port}: {error}") from None
    return listening


def _serve(listening: socket.socket) -> None:
    config = uvicorn.Config(
        "langportal.asgi:application",
        lifespan="off",
        # ``TRUSTED_PROXIES`` decides; uvicorn would trust every client on this machine.
        proxy_headers=False,
        ws_max_size=MAX_FRAME_BYTES,
        # Events are encoded once for all sockets, but would be compressed for each of them.
        ws_per_message_deflate=False,
    )
    uvicorn.Server(config).run(sockets=[listening])
