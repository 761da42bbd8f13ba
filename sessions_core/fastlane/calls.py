"""The operations that the lane knows: their addresses, input and output.

Each reads only what is valid beyond doubt. For the rest it answers ``None``, and the view says
what is wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from ..actor import Actor
from ..app_settings import app_settings
from ..lifecycle.submission import Submission, Verdict
from ..rest.dialect import Dialect
from ..surfaces.exercises import render as exercises_render
from ..surfaces.exercises.errors import EXERCISES
from ..surfaces.exercises.submitting import submission as exercises_submission
from ..surfaces.fields import MAX_ANSWER, MAX_SECONDS, item_number
from ..surfaces.portal import render as portal_render
from ..surfaces.portal.errors import PORTAL
from ..surfaces.portal.submitting import submission as portal_submission
from ..zones import is_zone

Json = dict[str, Any]


class Given(NamedTuple):
    """What a call was given besides its body."""

    actor: Actor
    key: UUID | None
    zone: str | None


class Call(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def dialect(self) -> Dialect: ...

    @property
    def render(self) -> Callable[[Verdict], Json]: ...

    def submission(self, given: Given, body: Json) -> Submission | None:
        """What ``body`` asks for; ``None`` unless it is plainly valid. Raises ``SessionNotFound``
        for a session id of no known spelling.
        """
        ...


class PortalProgress:
    """``POST …/sessions/{id}/progress``."""

    __slots__ = ("session_id",)
    name = "portal"
    dialect = PORTAL
    render = staticmethod(portal_render.verdict)

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id

    def submission(self, given: Given, body: Json) -> Submission | None:
        data = _answer(body, "item_id", "answer")
        if data is None:
            return None
        return portal_submission(given.actor, self.session_id, data, given.key)


class ExercisesSubmit:
    """``POST …/exercises/submit``."""

    __slots__ = ()
    name = "exercises"
    dialect = EXERCISES
    render = staticmethod(exercises_render.verdict)

    def submission(self, given: Given, body: Json) -> Submission | None:
        data = _answer(body, "exercise_id", "user_answer")
        session_id = body.get("session_id")
        if data is None or type(session_id) not in (int, str, type(None)):
            return None
        zone = app_settings.DEFAULT_ZONE if given.zone is None else given.zone
        if not is_zone(zone):
            return None
        data["session_id"] = None if session_id is None else str(session_id)
        return exercises_submission(given.actor, data, given.key, zone)


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


def find(path: str, roots: Mapping[str, Sequence[str]]) -> Call | None:
    """The operation at ``path``, with or without a trailing slash."""
    path = path[:-1] if path.endswith("/") else path
    if path.endswith("/progress"):
        for root in roots["portal"]:
            if path.startswith(root):
                session_id = path[len(root) : -len("/progress")]
                return PortalProgress(session_id) if _is_segment(session_id) else None
    elif path.endswith("submit"):
        return ExercisesSubmit() if path.removesuffix("submit") in roots["exercises"] else None
    return None


def _is_segment(text: str) -> bool:
    return bool(text) and "/" not in text
