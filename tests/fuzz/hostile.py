"""Values that no client should send, and where in a request they can stand."""

import copy
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

TEXTS: list[str] = [
    "",
    " ",
    "a\u0000b",
    "\ud800",
    "\u202e\ufeff\u200b",
    "e\u0301 😀 \U0001d7d9",
    "x" * 501,
    "x" * 100_000,
    "'; DROP TABLE auth_user; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%00",
    "${jndi:ldap://x}",
    "null",
    "nan",
    "1e3",
    "-1",
    "0",
    "٣",
    "9" * 19,
    "9" * 40,
    "9999-99-99T99:99:99Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
]
VALUES: list[Any] = [
    *TEXTS,
    None,
    True,
    -1,
    0,
    0.1,
    2**31,
    2**63,
    10**30,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [[[]]],
    {"": {"a": [None]}},
    ["x"] * 101,
]
Json = dict[str, Any]
Place = tuple[str | int, ...]


def places(document: Json, schema: Json, path: Place = ()) -> Iterator[Place]:
    """Every field of a body, from its schema; in a list, of the first entry."""
    schema = resolved(document, schema)
    for one in (*schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from places(document, one, path)
    if "items" in schema:
        yield from places(document, schema["items"], (*path, 0))
    for name, field in schema.get("properties", {}).items():
        yield (*path, name)
        yield from places(document, field, (*path, name))


def resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def put(body: Json, place: Place, value: Any) -> Json:
    """``body`` with ``value`` at ``place``; what is not there on the way is made."""
    changed = copy.deepcopy(body)
    here: Any = changed
    for step, following in pairwise(place):
        if isinstance(step, str):
            here = here.setdefault(step, [{}] if following == 0 else {})
        else:
            here = here[step]
    here[place[-1]] = value
    return changed


def encode(body: Json) -> bytes:
    """As JSON, whatever a strict encoder would say to it."""
    return json.dumps(body).encode()


def shape(body: Any) -> Any:
    """The names and kinds of a body: what two databases agree on, whatever else they hold."""
    if isinstance(body, Mapping):
        return {name: shape(value) for name, value in body.items()}
    if isinstance(body, list):
        return [shape(value) for value in body[:1]]
    return type(body).__name__
