"""Serves the requests of one database in this process, and times them.

    python -m bench.growth_probe REQUESTS_FILE

Reads lines of ``OPERATION COUNT`` and answers each with a line of JSON: for every request, its
milliseconds and those of them in the database. In the process itself, without a server and without
kept pages, so that little but the request is in the figure.
"""

import io
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any


def main() -> None:
    from django.db import connection

    from langportal.asgi import django_application
    from sessions_core.queries import freshness

    freshness.HISTORY_SECONDS = freshness.DETAILS_SECONDS = 0
    with open(sys.argv[1]) as stream:
        asked = {name: itertools.cycle(of) for name, of in json.load(stream).items()}
    cookie = signed_in()
    in_database = 0.0

    def timed(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal in_database
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            in_database += time.perf_counter() - began

    # Put in once for the thread: its wrappers outlive the connection of a request.
    connection.execute_wrappers.append(timed)
    for line in sys.stdin:
        name, _, count = line.strip().rpartition(" ")
        took = []
        for request in itertools.islice(asked[name], int(count)):
            in_database, began = 0.0, time.perf_counter()
            response = django_application._respond(scope(cookie, *request), body(request))
            took.append((1000 * (time.perf_counter() - began), 1000 * in_database))
            if response.status_code >= 300:
                raise RuntimeError(f"{name}: {response.status_code} {response.content[:300]!r}")
        print(json.dumps(took), flush=True)


def signed_in() -> str:
    """The cookie of the admin, for its pages."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(
        get_user_model().objects.get(username="admin"), "django.contrib.auth.backends.ModelBackend"
    )
    return client.cookies.output(header="", sep=";").partition(";")[0].strip()


def scope(cookie: str, path: str, token: str, body: str, method: str) -> dict[str, Any]:
    path, _, query = path.partition("?")
    key = f"{os.getpid()}-{next(numbers)}"
    sign_in = (
        (b"authorization", f"Bearer {token}".encode()) if token else (b"cookie", cookie.encode())
    )
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "scheme": "http",
        "headers": [
            (b"host", b"127.0.0.1"),
            sign_in,
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"idempotency-key", key.encode()),
        ],
    }


def body(request: list[str]) -> io.BytesIO:
    return io.BytesIO(request[2].encode())


numbers: Iterator[int] = itertools.count()

if __name__ == "__main__":
    main()
