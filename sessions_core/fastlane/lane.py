"""The ASGI application: the plain case itself, everything else to the application behind it."""

from collections.abc import Mapping, MutableMapping, Sequence
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
from ..rest.parsers import parse_object
from ..rest.problems import BadInput
from . import body, calls, groups, head
from .calls import Call, Given
from .checks import TokenChecks
from .dress import App, Wardrobe
from .replies import Send, log_refusal, send_reply
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
        if scope["type"] == "http" and scope["method"] == "POST" and app_settings.FAST_LANE:
            call = calls.find(scope["path"], self._roots)
            about = head.read(scope) if call is not None else None
            if call is not None and about is not None:
                await self._take(call, about, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _take(
        self, call: Call, about: head.Head, scope: Scope, receive: body.Receive, send: Send
    ) -> None:
        message = await body.take(receive)
        headers = await self._wardrobe.headers(call.name, scope, about.setting)
        if message is not None and headers is not None and body.is_whole(message):
            submission = await self._submission(call, about, message.get("body", b""))
            outcome = await groups.current().answer(submission) if submission else None
            if outcome is not None and outcome.result is not None:
                await self._reply(call, outcome, headers, scope["path"], send)
                return
        await self._app(scope, body.give_back(message, receive), send)

    async def _submission(self, call: Call, about: head.Head, sent: bytes) -> Submission | None:
        """``None`` where something is amiss, which Django will find again and put into words."""
        try:
            verified = await self._checks.verified(about.token)
            given = Given(verified.actor, answer_key(verified.actor, about.key), about.zone)
            return call.submission(given, parse_object(sent))
        except (tokens.InvalidToken, BadInput, ParseError, SessionError):
            return None

    async def _reply(
        self, call: Call, outcome: Waiting, headers: list[head.Header], path: str, send: Send
    ) -> None:
        if isinstance(outcome.result, Verdict):
            status, data, more = 200, call.render(outcome.result), {}
        else:
            problem = call.dialect.domain_problem(outcome.result or Unavailable())
            status, data, more = problem.status, call.dialect.body(problem), headers_of(problem)
            log_refusal(status, path)
        if outcome.windows:
            more = {**more, **limits.headers(outcome.windows)}
        content = self._renderer.render(data, "application/json", {})
        await send_reply(send, status, headers, more, content)
