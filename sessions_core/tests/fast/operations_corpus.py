"""Requests to start, complete, history and details: good, bad and hostile."""

import json
from collections.abc import Iterator
from typing import Any

from sessions_core.models import Session
from sessions_core.surfaces.portal.cursor import cursor_after

from .asgi import Post, headers
from .corpus import KEYS, MIB, RAW_BODIES, SPELLINGS, TYPES, World

ROOT = "/api/v1/sessions"
WHOLE: list[Any] = [0, -1, 1, "1", 1.0, 1.5, True, None, "", "x", [], {}, 2**31, 2**63, 10**30]
SETTINGS: list[Any] = [
    None,
    [],
    "x",
    {},
    *({"word_count": value} for value in [*WHOLE, 200, 201]),
    *({"time_limit": value} for value in [*WHOLE, 9, 10, 14400, 14401]),
    *({"difficulty": value} for value in ("easy", "hard", "EASY", "", None, 1, ["easy"])),
    {"word_count": 3, "time_limit": 60, "difficulty": "hard", "more": 1},
]
QUERIES = [
    *("limit=2", "limit=0", "limit=-1", "limit=x", "limit=51", "limit=", "limit=1&limit=3"),
    *("offset=1", "offset=-1", "offset=1000000000", "offset=1000000001", "offset=1&limit=2"),
    *(
        "activity_id=1",
        "activity_id=999",
        "activity_id=0",
        "activity_id=x",
        "activity_id=1&offset=1",
    ),
    *("from_date=2026-03-01", "to_date=2026-02-28", "from_date=2026-03-01T12:00:00Z&limit=1"),
    *("from_date=2026-03-01T12:00:00+01:00", "from_date=2026-13-01", "to_date=0001-01-01"),
    *("to_date=9999-12-31", "from_date=2026-03-01&to_date=2026-03-01&activity_id=1&limit=2"),
    *("cursor=", "cursor=x", "cursor=%00", "x=%00", "x=1", "limit=%32", "limit=\xff", "limit=+2"),
    "cursor=" + "A" * 600,
]


def get(path: str, token: str | None, query: bytes = b"", root: str = ROOT, **more: Any) -> Post:
    named = {"content_type": "absent", "content_length": "absent", **more}
    return Post(f"{root}{path}", headers(token, b"", **named), (b"",), "GET", query)


def bare(path: str, token: str | None, body: object = None, root: str = ROOT, **more: Any) -> Post:
    """Without ``body``, with none."""
    content = b"" if body is None else json.dumps(body).encode()
    return Post(f"{root}{path}", headers(token, content, **more), (content,))


def operations_corpus(world: World) -> Iterator[Post]:
    yield from reads(world)
    yield from starts(world)
    yield from completions(world)
    yield from heads(world)
    yield from reads(world)


def reads(world: World) -> Iterator[Post]:
    for token in (world.token, world.other_token, world.staff_token):
        yield get("/history", token)
        for public, number in world.sessions.values():
            yield get(f"/{public}", token)
            yield get(f"/{number}/", token)
    for query in QUERIES:
        yield get("/history", world.token, query.encode("latin-1"))
    newest = Session.objects.filter(user__username="ana").order_by("-started_at", "-pk")
    for session in newest[:3]:
        query = f"cursor={cursor_after(session)}"
        yield get("/history", world.token, query.encode())
        yield get("/history", world.token, f"{query}&limit=1&offset=1&activity_id=1".encode())
    for spelling in SPELLINGS:
        yield get(f"/{spelling}", world.token)
    for path in ("", "/", "/history/", "/history//", "/stats", "/stats/", "/calendar", "/current"):
        yield get(path, world.token)
    for path in ("/start", "/complete", "/shared/x", "/history/x"):
        yield get(path, world.token)
    yield get("/history", world.token, root="/v1/sessions")
    yield get(f"/{world.sessions['active'][0]}", world.token, b"x=%00")
    yield get(f"/{world.sessions['active'][0]}", world.token, b"x=1")


def starts(world: World) -> Iterator[Post]:
    for activity in [*WHOLE, world.activity, str(world.activity), world.empty_activity]:
        yield bare("/start", world.token, {"activity_id": activity})
    for settings in SETTINGS:
        yield bare("/start", world.token, {"activity_id": world.activity, "settings": settings})
    yield bare("/start", world.token, {"settings": {}})
    yield bare("/start", world.token, {"sequence_id": 1})
    yield bare("/start", world.token, {"unknown": 1})
    yield bare("/start", world.token, {"activity_id": world.activity, "sequence_id": 1})
    yield bare("/start", world.token, {})
    yield bare("/start", world.token)
    yield bare("/start/", world.token, {"activity_id": world.activity}, root="/v1/sessions")
    for zone in ("Europe/Madrid", "Mars/Olympus", "", "é"):
        yield bare("/start", world.token, {"activity_id": world.activity}, x_timezone=zone)
    for raw in RAW_BODIES:
        yield Post(f"{ROOT}/start", headers(world.token, raw), (raw,))
    whole = json.dumps({"activity_id": world.activity}).encode()
    yield Post(f"{ROOT}/start", headers(world.token, whole), (whole[:9], b"", whole[9:]))
    huge = b'{"activity_id": "' + b"a" * MIB + b'"}'
    yield Post(f"{ROOT}/start", headers(world.token, huge), (huge,))


def completions(world: World) -> Iterator[Post]:
    for name in ("active", "active", "paused", "expired", "completed", "cancelled", "of_ben"):
        public, number = world.sessions[name]
        yield bare(f"/{public}/complete", world.token)
        yield bare(f"/{number}/complete/", world.token, {"anything": [1]})
        yield bare(f"/{public}/complete", world.token, content_type="absent")
    yield bare(f"/{world.sessions['of_ben'][0]}/complete", world.staff_token)
    yield bare(f"/{world.sessions['free'][0]}/complete", world.token, content_length="absent")
    for spelling in SPELLINGS:
        yield bare(f"/{spelling}/complete", world.token)
    for path in ("/complete", "//complete", "/x/complete/x", "/x/complete//"):
        yield bare(path, world.token)
    for raw in RAW_BODIES:
        path = f"{ROOT}/{world.sessions['completed'][0]}/complete"
        yield Post(path, headers(world.token, raw), (raw,))


def heads(world: World) -> Iterator[Post]:
    wish = {"activity_id": world.activity}
    for key in [*KEYS, *KEYS]:
        yield bare("/start", world.token, wish, idempotency_key=key)
        yield get("/history", world.token, idempotency_key=key)
    yield bare("/start", world.token, {**wish, "more": 1}, idempotency_key="k")
    yield bare("/start", world.token, {"activity_id": 999}, idempotency_key="burnt")
    yield bare("/start", world.token, wish, idempotency_key="burnt")
    yield bare("/start", world.other_token, wish, idempotency_key="k")
    fresh = world.sessions["of_ben"][0]
    for _ in range(2):
        yield bare(f"/{fresh}/complete", world.other_token, idempotency_key="done")
    yield bare(f"/{fresh}/complete", world.other_token, idempotency_key="again")
    for content_type in TYPES:
        yield bare("/start", world.token, wish, content_type=content_type)
        yield bare(f"/{fresh}/complete", world.token, content_type=content_type)
        yield get("/history", world.token, content_type=content_type, content_length="0")
    for token in (None, "", "x", world.token[:-2], "é", "a" * 5000):
        yield bare("/start", token, wish)
        yield get("/history", token)
        yield get(f"/{fresh}", token)
    for more in (
        {"host": "evil.example"},
        {"host": "localhost:8000"},
        {"origin": "https://elsewhere.example"},
        {"x_forwarded_proto": "https"},
        {"accept": "text/html"},
        {"cookie": "sessionid=x; theme=dark"},
        {"x_timezone": "Mars/Olympus"},
        {"transfer_encoding": "chunked", "content_length": "absent"},
        {"content_length": "7"},
        {"content_length": "x"},
    ):
        yield get("/history", world.token, **more)
        yield bare("/start", world.token, wish, **more)
    for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        for path in ("/history", "/start", f"/{fresh}/complete", f"/{fresh}"):
            yield Post(f"{ROOT}{path}", headers(world.token, b""), (b"",), method)
