"""The lane for the portal's operations beside the answers: start, complete, history, details.

An ASGI application between the answers' lane and Django. It takes the plain case and hands
everything else on untouched.
"""

from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from rest_framework.exceptions import ParseError

from .. import tokens
from ..app_settings import app_settings
from ..errors import SessionError
from ..rest.idempotency import answer_key
from ..rest.parsers import parse_object
from ..rest.problems import BadInput
from ..surfaces.portal.errors import PORTAL
from . import body, head, operations, workers
from .checks import TokenChecks
from .dress import App, Wardrobe
from .operations import Operation
from .performing import Answer, Performer, Request
from .replies import Send, log_refusal, parts
from .workers import NotDone

Scope = MutableMapping[str, Any]
METHODS = {"GET", "POST"}


class SideLane:
    """Around ``app``, Django's. ``roots``: where the host has mounted the portal."""

    def __init__(
        self, app: App, roots: Sequence[str], wardrobe: Wardrobe, checks: TokenChecks
    ) -> None:
        self._app = app
        self._roots = roots
        self._wardrobe = wardrobe
        self._checks = checks
        self._performer = Performer(PORTAL)

    async def __call__(self, scope: Scope, receive: body.Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in METHODS and app_settings.FAST_LANE:
            where = scope["method"], scope["path"], scope.get("query_string", b"")
            operation = operations.find(*where, self._roots)
            about = None if operation is None else head.read(scope, may_be_empty=True)
            if operation is not None and about is not None:
                await self._take(operation, about, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _take(
        self,
        operation: Operation,
        about: head.Head,
        scope: Scope,
        receive: body.Receive,
        send: Send,
    ) -> None:
        message = await body.take(receive) if about.length else None
        if message is None or body.is_whole(message):
            worn = await self._wardrobe.headers(operation.name, scope, about.setting)
            sent = b"" if message is None else message.get("body", b"")
            request = await self._request(operation, about, scope, sent) if worn else None
            answer = await self._answer(request) if request is not None else None
            if worn is not None and answer is not None:
                if answer.status >= 400:
                    log_refusal(answer.status, scope["path"])
                for part in parts(answer.status, worn, answer.headers, answer.content):
                    await send(part)
                return
        await self._app(scope, body.give_back(message, receive), send)

    async def _request(
        self, operation: Operation, about: head.Head, scope: Scope, sent: bytes
    ) -> Request | None:
        """``None`` where something is amiss, which Django will find again and put into words."""
        if len(sent) != about.length or (scope["method"] == "GET" and sent):
            return None
        try:
            actor = (await self._checks.verified(about.token)).actor
            key = answer_key(actor, about.key) if operation.is_keyed else None
            data = parse_object(sent)
        except (tokens.InvalidToken, BadInput, ParseError, SessionError):
            return None
        act = operation.prepare(actor, about.zone, data)
        if act is None:
            return None
        return Request(operation, actor, scope["method"], scope["path"], data, key, act)

    async def _answer(self, request: Request) -> Answer | None:
        """None where Django has to say it, and is to count it."""
        here = workers.current()
        scope = request.operation.limit
        if scope is not None:
            if not here.till.is_possible():
                return None
            (windows,) = await here.till.charge([(scope, request.actor.scope, 1)])
            if any(window.wait for window in windows):
                return None
            request = replace(request, windows=windows)
        try:
            lines = here.reading if request.method == "GET" else here.writing
            if lines is not None and request.act.asking is not None:
                with suppress(NotDone):
                    return await self._performer.perform_on_loop(request, lines, here.till)
            return await here.run(lambda: self._performer.perform(request))
        except NotDone:
            if scope is not None:
                await here.till.charge([(scope, request.actor.scope, -1)])
            return None
