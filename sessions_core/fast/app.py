"""The ASGI application: what is plain it takes, everything else goes to Django as it came."""

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import ParseError

from .. import tokens
from ..errors import SessionError
from ..rest import limits
from ..rest.exceptions import headers_of
from ..rest.parsers import parse_object
from ..rest.problems import BadInput
from . import kept_replies, operations, request, serving
from .batcher import Job
from .header_template import App, HeaderTemplates
from .operations import Operation
from .request import Body, Head, Header, Receive

Scope = MutableMapping[str, Any]
Send = Callable[[request.Message], Awaitable[None]]

ROOTS: Mapping[str, Sequence[str]] = {
    "portal": ("/api/v1/sessions/", "/v1/sessions/"),
    "exercises": ("/api/exercises/", "/exercises/"),
}

logger = logging.getLogger("django.request")


class FastPath:
    """Around ``app``, Django's. ``roots``: where the host has mounted the surfaces."""

    def __init__(self, app: App, roots: Mapping[str, Sequence[str]] = ROOTS) -> None:
        self._app = app
        self._roots = roots
        self._templates = HeaderTemplates(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            here = serving.current()
            found = operations.find(scope["method"], scope["path"], self._roots)
            head = None if found is None else request.read_head(scope)
            if found is not None and head is not None and serving.is_open():
                body = Body(receive)
                if await self._is_taken(here, *found, head, body, scope, send):
                    return
                receive = body.receive
        await self._app(scope, receive, send)

    async def _is_taken(
        self,
        here: serving.Server,
        operation: Operation,
        session_id: str,
        head: Head,
        body: Body,
        scope: Scope,
        send: Send,
    ) -> bool:
        """Whether the request has been replied to."""
        query = scope.get("query_string", b"")
        sent = await body.read(head.length)
        template = await self._template(operation, head, scope)
        if sent is None or template is None or b"%00" in query:
            return False
        try:
            token = tokens.verify_cached(head.token) or await here.verify(head.token)
            data = parse_object(sent)
            job = operation.prepare(token.actor, session_id, head, query, data)
        except (tokens.InvalidToken, BadInput, ParseError, SessionError):
            return False
        if job is None or not await here.do(job):
            return False
        await _reply(operation, job, template, scope, send)
        return True

    async def _template(self, operation: Operation, head: Head, scope: Scope) -> Any:
        # The peer matters where it says something of others: not every peer is believed.
        forwards = any(b"forwarded" in name for name, _ in head.site)
        peer = scope["client"][0] if forwards and scope.get("client") else None
        name = operation.name, scope["scheme"], head.site, peer
        known = self._templates.known.get(name)
        return known or await self._templates.ask(name, scope, head.site)


async def _reply(
    operation: Operation, job: Job, template: list[Header], scope: Scope, send: Send
) -> None:
    headers = dict(limits.headers(job.windows)) if job.windows else {}
    if isinstance(job.result, SessionError):
        problem = operation.dialect.domain_problem(job.result)
        status, data = problem.status, operation.dialect.body(problem)
        headers.update(headers_of(problem))
        phrase = HTTPStatus(status).phrase
        logger.error("%s: %s", phrase, scope["path"], extra={"status_code": status})
    else:
        status, data = operation.status, operation.render(job.result)
    content = kept_replies.render(data)
    all_headers = [
        *template,
        *[(name.encode(), value.encode()) for name, value in headers.items()],
        (b"Content-Length", b"%d" % len(content)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": content})
