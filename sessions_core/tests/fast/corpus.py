"""Requests to the two answer operations: good, bad and hostile."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .asgi import Post, headers

MIB = 1024 * 1024


@dataclass(frozen=True)
class World:
    """Tokens of a learner, of another one and of staff; sessions by what became of them, as ids."""

    token: str
    other_token: str
    staff_token: str
    activity: int
    empty_activity: int
    sessions: dict[str, tuple[str, int]]
    planned: list[int]
    outside: int
    retired: int


ITEM_IDS: list[Any] = [0, -1, 2**31, 2**63, 10**30, 1.0, 1.5, True, None, [], {}, "", " ", "x", "٣"]
ANSWERS: list[Any] = [
    "",
    " ",
    "HOLA!",
    "adios",
    "a" * 500,
    "a" * 501,
    "😀" * 500,
    "a\u0000b",
    "e\u0301",
    "\u202e",
    "' OR 1=1 --",
    "<script>",
    0,
    1.5,
    True,
    None,
    ["hola"],
    {"a": 1},
]
TIMES: list[Any] = [
    0,
    0.0004,
    3,
    86400,
    86400.1,
    86401,
    -1,
    "3",
    "",
    "nan",
    "inf",
    None,
    True,
    [],
    1e308,
]
RAW_BODIES = [
    b"",
    b" ",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b'{"item_id": 1, "item_id": 2, "answer": "x"}',
    b'{"answer": "\xff"}',
    b'{"item_id": 1, "answer": "\\ud800"}',
    b'{"item_id": 1, "answer": NaN}',
    b'{"item_id": 1, "answer": "x", "time_taken": 1e999}',
    b'{"a":' * 65 + b"1" + b"}" * 65,
    b"[" * 100_000,
    b'\xef\xbb\xbf{"item_id": 1}',
    b"item_id=1&answer=x",
]
KEYS = ["k", "k" * 255, "k" * 256, "", b"\x00", b"\xff\xfe", "two words", "é"]
TYPES = [
    "text/plain",
    "application/json; charset=utf-8",
    "application/json; charset=latin-1",
    "application/x-www-form-urlencoded",
    "APPLICATION/JSON",
    "application/json;",
    "absent",
    "",
]
SPELLINGS = ["999999", "0", "abc", "a%2Fb", "é", "1;drop", "-1", "9" * 19, "9" * 30, "x" * 100, "𝟙"]


def portal_path(session: object, root: str = "/api/v1/sessions") -> str:
    return f"{root}/{session}/progress"


def corpus(world: World) -> Iterator[Post]:
    yield from good(world)
    yield from bodies(world)
    yield from heads(world)
    yield from sessions_and_paths(world)


def good(world: World) -> Iterator[Post]:
    public, number = world.sessions["active"]
    for place, item in enumerate(world.planned[:6]):
        spelled: Any = str(item) if place % 2 else item
        body = {"item_id": spelled, "answer": ["hola", "adios", "nada"][place % 3]}
        yield json_post(portal_path([public, number][place % 2]), world.token, body)
    free_public, free = world.sessions["free"]
    for session in (free, str(free), free_public, None):
        body = {"exercise_id": world.planned[0], "user_answer": "hola", "session_id": session}
        yield json_post("/api/exercises/submit", world.token, body)
    yield json_post(
        "/api/exercises/submit",
        world.token,
        {"exercise_id": str(world.planned[1]), "user_answer": "x", "time_taken": 2.25},
    )


def bodies(world: World) -> Iterator[Post]:
    path = portal_path(world.sessions["active"][0])
    item = world.planned[0]
    for value in [*ITEM_IDS, world.outside, world.retired]:
        yield json_post(path, world.token, {"item_id": value, "answer": "x"})
        yield json_post(
            "/api/exercises/submit", world.token, {"exercise_id": value, "user_answer": "x"}
        )
    for value in ANSWERS:
        yield json_post(path, world.token, {"item_id": item, "answer": value})
        yield json_post(
            "/api/exercises/submit", world.token, {"exercise_id": item, "user_answer": value}
        )
    for value in TIMES:
        yield json_post(path, world.token, {"item_id": item, "answer": "x", "time_taken": value})
    for raw in RAW_BODIES:
        yield Post(path, headers(world.token, raw), (raw,))
        yield Post("/api/exercises/submit", headers(world.token, raw), (raw,))
    whole = json.dumps({"item_id": item, "answer": "hola", "more": [1, {"a": None}]}).encode()
    yield Post(path, headers(world.token, whole), (whole[:9], b"", whole[9:]))
    huge = b'{"answer": "' + b"a" * MIB + b'"}'
    yield Post(path, headers(world.token, huge), (huge,))
    wide = whole.ljust(70_000)
    yield Post(path, headers(world.token, wide), (wide,))


def heads(world: World) -> Iterator[Post]:
    path = portal_path(world.sessions["active"][0])
    body = json.dumps({"item_id": world.planned[0], "answer": "hola"}).encode()

    def post(token: str | None = world.token, **more: str | bytes) -> Post:
        return Post(path, headers(token, body, **more), (body,))

    for key in KEYS:
        yield post(idempotency_key=key)
    yield post(idempotency_key="k")
    other = json.dumps({"item_id": world.planned[1], "answer": "hola"}).encode()
    yield Post(path, headers(world.token, other, idempotency_key="k"), (other,))
    for content_type in TYPES:
        yield post(content_type=content_type)
    for token in ("", "x", world.token[:-2], f"{world.token} ", "é", "a" * 5000):
        yield post(token)
    yield post(None)
    for authorization in ("Basic YTpi", "Bearer", "bearer " + world.token, "Token x"):
        yield post(None, authorization=authorization)
    for host in ("evil.example", "localhost:8000", "", "127.0.0.1:99999"):
        yield post(host=host)
    yield post(origin="https://elsewhere.example")
    yield post(x_forwarded_proto="https")
    yield post(accept="text/html")
    yield post(cookie="sessionid=x; theme=dark")
    for zone in ("Europe/Madrid", "Mars/Olympus", "", "é"):
        submit = {"exercise_id": world.planned[0], "user_answer": "hola"}
        yield json_post("/api/exercises/submit", world.token, submit, x_timezone=zone)
    twice = (*headers(world.token, body), (b"idempotency-key", b"a"), (b"idempotency-key", b"b"))
    yield Post(path, twice, (body,))
    yield Post(path, headers(world.token, body, content_length="absent"), (body,))
    chunked = headers(world.token, body, content_length="absent", transfer_encoding="chunked")
    yield Post(path, chunked, (body,))


def sessions_and_paths(world: World) -> Iterator[Post]:
    body = {"item_id": world.planned[0], "answer": "hola"}
    for session in (*SPELLINGS, *(number for _, number in world.sessions.values())):
        yield json_post(portal_path(session), world.token, body)
        submit = {"exercise_id": world.planned[0], "user_answer": "hola", "session_id": session}
        yield json_post("/api/exercises/submit", world.token, submit)
    for session in (True, 1.5, [], {}, -3, ""):
        submit = {"exercise_id": world.planned[0], "user_answer": "hola", "session_id": session}
        yield json_post("/api/exercises/submit/", world.token, submit)
    public, number = world.sessions["active"]
    yield json_post(portal_path(public), world.other_token, body)
    yield json_post(
        "/exercises/submit",
        world.other_token,
        {"exercise_id": 1, "user_answer": "x", "session_id": number},
    )
    for path in (
        portal_path(public, "/v1/sessions"),
        portal_path(public) + "/",
        portal_path(public) + "//",
        f"/api/v1/sessions/{public}/progress/x",
        "/api/v1/sessions//progress",
        "/api/v1/sessions/progress",
        "/api/exercises/submits",
        "/exercises/submit/",
    ):
        yield json_post(path, world.token, body)
    for method in ("GET", "PUT", "OPTIONS", "DELETE"):
        content = json.dumps(body).encode()
        yield Post(portal_path(public), headers(world.token, content), (content,), method)


def json_post(path: str, token: str | None, body: object, **more: str) -> Post:
    content = json.dumps(body).encode()
    return Post(path, headers(token, content, **more), (content,))
