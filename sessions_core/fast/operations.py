"""The operations that the fast path knows: their addresses and their input.

Each takes only what is valid beyond doubt. For the rest its ``prepare`` returns ``None``, and the
view says what is wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from ..actor import Actor
from ..app_settings import app_settings
from ..models.activity import Difficulty
from ..public_id import MAX_ID, session_id_for
from ..queries.history import Wanted
from ..rest.dialect import ErrorDialect
from ..rest.idempotency import answer_key, operation_key
from ..rest.replies import KeyedRequest
from ..scheduling import FSRSScheduler
from ..surfaces.exercises import render as exercises_render
from ..surfaces.exercises.errors import EXERCISES
from ..surfaces.exercises.submitting import submission as exercises_submission
from ..surfaces.fields import MAX_ANSWER, MAX_SECONDS, item_number
from ..surfaces.portal import operations as portal
from ..surfaces.portal import render as portal_render
from ..surfaces.portal.errors import PORTAL
from ..surfaces.portal.inputs import LEAST_SECONDS, MAX_WORDS, MOST_SECONDS, HistoryInput
from ..surfaces.portal.submitting import submission as portal_submission
from ..surfaces.sessions_urls import urlpatterns
from ..zones import is_zone
from .batcher import Job
from .kept_replies import Keyed
from .request import Head

Json = dict[str, Any]

# Longer queries are no client's of ours.
MAX_QUERY = 512


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the six. ``prepare`` makes the job of an actor, the session id in the address (if
    any), the request's head, its query and its body. ``render`` makes the body of the job's result.
    """

    name: str
    dialect: ErrorDialect
    prepare: Callable[[Actor, str, Head, bytes, Json], Job | None]
    render: Callable[[Any], Any] = lambda result: result
    status: int = 200


Found = tuple[Operation, str]


def find(method: str, path: str, roots: Mapping[str, Sequence[str]]) -> Found | None:
    """The operation at ``path``, with or without a trailing slash, and the session id in it."""
    if path.endswith("/"):
        path = path[:-1]
    for root in roots["portal"]:
        if path.startswith(root):
            return _of_portal(method, path[len(root) :])
    for root in roots["exercises"]:
        if method == "POST" and path.startswith(root) and path[len(root) :] == "submit":
            return _SUBMIT, ""
    return None


def _of_portal(method: str, rest: str) -> Found | None:
    session_id, slash, verb = rest.partition("/")
    if method == "POST":
        if rest == "start":
            return _START, ""
        operation = _POSTED.get(verb) if session_id else None
        return None if operation is None else (operation, session_id)
    if method != "GET" or slash or not session_id:
        return None
    if session_id == "history":
        return _HISTORY, ""
    return None if session_id in _taken() else (_DETAILS, session_id)


@cache
def _taken() -> frozenset[str]:
    """What is written out in the addresses, and so is no session's id."""
    routes = (str(pattern.pattern) for pattern in urlpatterns)
    return frozenset(route.strip("/") for route in routes if "<" not in route)


def _progress(actor: Actor, session_id: str, head: Head, query: bytes, body: Json) -> Job | None:
    data = _answer(body, "item_id", "answer")
    if data is None:
        return None
    submission = portal_submission(actor, session_id, data, answer_key(actor, head.key))
    return Job("answer", submission, submission.session_id, actor.scope, "progress")


def _submit(actor: Actor, _: str, head: Head, query: bytes, body: Json) -> Job | None:
    data = _answer(body, "exercise_id", "user_answer")
    session_id = body.get("session_id")
    zone = head.zone
    if data is None or type(session_id) not in (int, str) or not (zone is None or is_zone(zone)):
        return None
    data["session_id"] = str(session_id)
    key = answer_key(actor, head.key)
    submission = exercises_submission(actor, data, key, zone or app_settings.DEFAULT_ZONE)
    return Job("answer", submission, submission.session_id, actor.scope, "progress")


def _answer(body: Json, item: str, answer: str) -> Json | None:
    """The fields that both surfaces have, under the names of the exercises' or the portal's."""
    item_id, text, seconds = body.get(item), body.get(answer), body.get("time_taken", 0.0)
    plain = (
        type(item_id) in (int, str)
        and type(text) is str
        and len(text) <= MAX_ANSWER
        and type(seconds) in (int, float)
        and 0 <= seconds <= MAX_SECONDS
    )
    if not plain:
        return None
    return {item: item_number(item_id or 0), answer: text, "time_taken": seconds}


def _start(actor: Actor, _: str, head: Head, query: bytes, body: Json) -> Job | None:
    zone = app_settings.DEFAULT_ZONE if head.zone is None else head.zone
    settings = body.get("settings", {})
    plain = (
        app_settings.load("SCHEDULER") is FSRSScheduler
        and is_zone(zone)
        and _is_whole(body.get("activity_id"), 1, MAX_ID)
        and type(settings) is dict
        and all(_SETTINGS[name](settings[name]) for name in _SETTINGS.keys() & settings.keys())
    )
    if not plain:
        return None
    keyed = _keyed(actor, "portal:start", "", head, body)
    return _job("start", actor, Keyed(actor, portal.wishes(body, zone), keyed), "session_start")


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


_SETTINGS: Mapping[str, Callable[[Any], bool]] = {
    "difficulty": lambda value: type(value) is str and value in Difficulty.values,
    "word_count": lambda value: _is_whole(value, 1, MAX_WORDS),
    "time_limit": lambda value: value is None or _is_whole(value, LEAST_SECONDS, MOST_SECONDS),
}


def _complete(actor: Actor, session_id: str, head: Head, query: bytes, body: Json) -> Job | None:
    if app_settings.load("SCHEDULER") is not FSRSScheduler:
        return None
    pk = session_id_for(session_id)
    keyed = _keyed(actor, "portal:complete", str(pk), head, body)
    return _job("complete", actor, Keyed(actor, pk, keyed), "session_complete")


def _keyed(
    actor: Actor, operation: str, resource: str, head: Head, body: Json
) -> KeyedRequest | None:
    key = operation_key(actor, operation, resource, head.key)
    return None if key is None else KeyedRequest(key, actor.scope, operation, resource, body)


def _job(kind: str, actor: Actor, wanted: Any, limit: str) -> Job:
    """A learner's starts and ends change the same day, so they are done one after the other."""
    return Job(kind, wanted, actor.scope, actor.scope, limit)


def _history(actor: Actor, _: str, head: Head, query: bytes, body: Json) -> Job | None:
    wanted = _wanted(query) if len(query) <= MAX_QUERY else None
    if wanted is None or wanted.is_filtered:
        return None
    return Job("history", (actor, wanted), None)


@lru_cache(1024)
def _wanted(query: bytes) -> Wanted | None:
    """As the view reads it. Most clients ask for the same few pages."""
    try:
        form = HistoryInput(data=QueryDict(query))
    except TooManyFieldsSent:
        return None
    return form.wanted() if form.is_valid() else None


def _details(actor: Actor, session_id: str, head: Head, query: bytes, body: Json) -> Job | None:
    return Job("details", (actor, session_id_for(session_id)), None)


_START = Operation("start", PORTAL, _start, status=201)
_HISTORY = Operation("history", PORTAL, _history)
_DETAILS = Operation("details", PORTAL, _details)
_SUBMIT = Operation("submit", EXERCISES, _submit, exercises_render.verdict)
_POSTED = {
    "progress": Operation("progress", PORTAL, _progress, portal_render.verdict),
    "complete": Operation("complete", PORTAL, _complete),
}
