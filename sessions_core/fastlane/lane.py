"""The ASGI application: the plain case itself, everything else to the application behind it."""

from collections.abc import Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.settings import api_settings

from .. import tokens
from ..app_settings import app_settings
from ..errors import SessionError, Unavailable
from ..lifecycle.submission import Submission, Verdict
from ..rest import limits
from ..rest.exceptions import headers_of
from ..rest.idempotency import answer_key
from ..rest.limits import Window
from ..rest.parsers import parse_object
from ..rest.problems import BadInput
from ..surfaces.recorder import recorder
from . import body, calls, groups, head
from .calls import Call, Given
from .checks import TokenChecks
from .dress import App, Wardrobe
from .replies import Parts, Reply, Send, log_refusal, parts
from .side_lane import SideLane
from .waiting import Waiting

Scope = MutableMapping[str, Any]

ROOTS: Mapping[str, Sequence[str]] = {
    "portal": ("/api/v1/sessions/", "/v1/sessions/"),
    "exercises": ("/api/exercises/", "/exercises/"),
}


class FastLane:
    """Around ``app``, Django's. ``roots``: where the host has mounted the surfaces."""

    def __init__(self, app: App, roots: Mapping[str, Sequence[str]] = ROOTS) -> None:
        self._roots = roots
        self._wardrobe = Wardrobe(app)
        self._checks = TokenChecks()
        self._app = SideLane(app, roots["portal"], self._wardrobe, self._checks)
        renderers: Any = api_settings.DEFAULT_RENDERER_CLASSES
        self._renderer = renderers[0]()

    async def __call__(self, scope: Scope, receive: body.Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            call = calls.find(scope["path"], self._roots) if app_settings.FAST_LANE else None
            about = head.read(scope) if call is not None else None
            if call is not None and about is not None:
                await self._take(call, about, scope, receive, send)
            else:
                await self._leave(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _leave(self, scope: Scope, receive: body.Receive, send: Send) -> None:
        """To a view; its answer may still be recorded in company."""
        recorder.set(groups.current().answer_from_thread)
        await self._app(scope, receive, send)

    async def _take(
        self, call: Call, about: head.Head, scope: Scope, receive: body.Receive, send: Send
    ) -> None:
        message = await body.take(receive)
        headers = await self._wardrobe.headers(call.name, scope, about.setting)
        if message is not None and headers is not None and body.is_whole(message):
            submission = await self._submission(call, about, message.get("body", b""))
            if submission is not None:
                reply = Reply(partial(self._verdict, call, headers), send)
                outcome = await groups.current().answer(submission, reply)
                if reply.is_sent:
                    return
                if outcome.result is not None:
                    for part in self._parts(call, reply, outcome, headers, scope["path"]):
                        await send(part)
                    return
        await self._leave(scope, body.give_back(message, receive), send)

    async def _submission(self, call: Call, about: head.Head, sent: bytes) -> Submission | None:
        """``None`` where something is amiss, which Django will find again and put into words."""
        try:
            verified = await self._checks.verified(about.token)
            given = Given(verified.actor, answer_key(verified.actor, about.key), about.zone)
            return call.submission(given, parse_object(sent))
        except (tokens.InvalidToken, BadInput, ParseError, SessionError):
            return None

    def _parts(
        self, call: Call, reply: Reply, outcome: Waiting, headers: list[head.Header], path: str
    ) -> Parts:
        result = outcome.result
        if isinstance(result, Verdict):
            return reply.parts(result, outcome.windows)
        problem = call.dialect.domain_problem(result or Unavailable())
        log_refusal(problem.status, path)
        more = {**headers_of(problem), **_limits(outcome.windows)}
        return self._render(problem.status, call.dialect.body(problem), headers, more)

    def _verdict(
        self, call: Call, headers: list[head.Header], verdict: Verdict, windows: Sequence[Window]
    ) -> Parts:
        return self._render(200, call.render(verdict), headers, _limits(windows))

    def _render(
        self, status: int, data: Any, headers: list[head.Header], more: Mapping[str, str]
    ) -> Parts:
        return parts(status, headers, more, self._renderer.render(data, "application/json", {}))


def _limits(windows: Sequence[Window]) -> Mapping[str, str]:
    return limits.headers(windows) if windows else {}
