"""The portal's operations beside the answers: their addresses, input and output.

Each takes only what is valid beyond doubt. For the rest it answers ``None``, and the view says
what is wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from ..actor import Actor
from ..app_settings import app_settings
from ..lifecycle import completing
from ..lifecycle.statements import Asking
from ..models.activity import Difficulty
from ..public_id import MAX_ID
from ..queries.history import Wanted
from ..scheduling import asks
from ..surfaces.portal import operations, reads
from ..surfaces.portal.inputs import (
    LEAST_SECONDS,
    MAX_WORDS,
    MOST_SECONDS,
    HistoryInput,
)
from ..surfaces.sessions_urls import urlpatterns
from ..zones import is_zone
from . import groups

T = TypeVar("T")
Json = dict[str, Any]


class Act(NamedTuple):
    """``call`` does it, in a thread; ``asking``, where there is one, by statements of its own."""

    call: Callable[[], Json]
    asking: Callable[[operations.Record], Asking[None]] | None = None


# Longer queries are no client's of ours, and their meaning is kept.
MAX_QUERY = 512


@dataclass(frozen=True, slots=True)
class Operation:
    """``prepare``: from the actor, the zone as sent and the body to what is to be done; ``None``
    unless these are plainly valid. ``limit``: the scope it is charged to. ``is_keyed``: whether it
    takes an idempotency key.
    """

    name: str
    prepare: Callable[[Actor, str | None, Json], Act | None]
    status: int = 200
    limit: str | None = None
    is_keyed: bool = False


def find(method: str, path: str, query: bytes, roots: Sequence[str]) -> Operation | None:
    """The operation at ``path``, with or without a trailing slash."""
    if b"%00" in query:
        return None
    for root in roots:
        if path.startswith(root):
            rest = path[len(root) : -1] if path.endswith("/") else path[len(root) :]
            return _read(rest, query) if method == "GET" else _write(rest)
    return None


def _write(rest: str) -> Operation | None:
    if rest == "start":
        return _START
    session_id, _, verb = rest.partition("/")
    if verb == "complete" and session_id:
        prepare = partial(_complete, session_id)
        return Operation("complete", prepare, limit="session_complete", is_keyed=True)
    return None


def _read(rest: str, query: bytes) -> Operation | None:
    if rest == "history":
        wanted = _wanted(query) if len(query) <= MAX_QUERY else None
        return None if wanted is None else Operation("history", partial(_history, wanted))
    if rest and "/" not in rest and rest not in _taken():
        return Operation("details", partial(_details, rest))
    return None


@cache
def _taken() -> frozenset[str]:
    """What is written out in the addresses, and so is no session's id."""
    routes = (str(pattern.pattern) for pattern in urlpatterns)
    return frozenset(route.strip("/") for route in routes if "<" not in route)


def _start(actor: Actor, zone: str | None, body: Json) -> Act | None:
    zone = app_settings.DEFAULT_ZONE if zone is None else zone
    settings = body.get("settings", {})
    plain = (
        is_zone(zone)
        and _is_whole(body.get("activity_id"), 1, MAX_ID)
        and type(settings) is dict
        and all(_SETTINGS[name](settings[name]) for name in _SETTINGS.keys() & settings.keys())
    )
    if not plain:
        return None
    given = actor, body, zone
    asking = partial(operations.start_asking, *given)
    return Act(partial(operations.start, *given), asking if _scheduler_asks() else None)


def _scheduler_asks() -> bool:
    return asks(app_settings.load("SCHEDULER"))


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


_SETTINGS: Mapping[str, Callable[[Any], bool]] = {
    "difficulty": lambda value: type(value) is str and value in Difficulty.values,
    "word_count": lambda value: _is_whole(value, 1, MAX_WORDS),
    "time_limit": lambda value: value is None or _is_whole(value, LEAST_SECONDS, MOST_SECONDS),
}
_START = Operation("start", _start, status=201, limit="session_start", is_keyed=True)


def _complete(session_id: str, actor: Actor, zone: str | None, body: Json) -> Act:
    call = partial(operations.complete, actor, session_id)
    if not completing.is_possible():
        return Act(call)
    publish = groups.current().tell
    return Act(call, partial(operations.complete_asking, actor, session_id, publish))


def _history(wanted: Wanted, actor: Actor, zone: str | None, body: Json) -> Act:
    return _reading(actor, reads.history, reads.history_asking, wanted)


@lru_cache(1024)
def _wanted(query: bytes) -> Wanted | None:
    """As the view reads it. Most clients ask the same few."""
    try:
        form = HistoryInput(data=QueryDict(query))
    except TooManyFieldsSent:
        return None
    return form.wanted() if form.is_valid() else None


def _details(session_id: str, actor: Actor, zone: str | None, body: Json) -> Act:
    return _reading(actor, reads.details, reads.details_asking, session_id)


def _reading(
    actor: Actor,
    call: Callable[[Actor, T], Json],
    asking: Callable[[Actor, T, operations.Record], Asking[None]],
    wanted: T,
) -> Act:
    given = actor, wanted
    return Act(partial(call, *given), partial(asking, *given) if reads.is_plain(actor) else None)
