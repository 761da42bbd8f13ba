"""Base of the therapist views: every response is sent after its audit record is written."""

import logging
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.signals import got_request_exception
from django.db import DatabaseError, transaction
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import set_rollback

from sessions_core.errors import Unavailable
from sessions_core.rest.address import client_address, limit_key
from sessions_core.rest.caller import actor_of
from sessions_core.rest.exceptions import DATABASE_AWAY, handle, headers_of, response_of
from sessions_core.rest.problems import Problem
from sessions_core.rest.views import Surface, SurfaceViewSet

from ..access import AccessContext, require_a_role
from ..audit.chain import AuditEvent, append
from ..audit.refusals import record_refusal
from ..dialect import INTERNAL_ERROR, TRAINING
from ..limits import SCOPE
from ..roles import Caller, caller_of

MAX_REASON = 200
MAX_METHOD = 20
OVER_LIMIT = 429
logger = logging.getLogger("django.request")


def respond_to_exception(exc: Exception, context: dict[str, Any]) -> Response:
    """An unexpected exception becomes a 500 in the surface's format, and is reported to Django."""
    response = handle(exc, context)
    if response is None:
        report_exception(exc, context["request"]._request)
        set_rollback()
        response = response_of(INTERNAL_ERROR, TRAINING)
    return response


def report_exception(exc: Exception, request: HttpRequest) -> None:
    """Logs and signals the exception as Django's own handler would."""
    logger.error("Internal Server Error: %s", request.path, exc_info=exc)
    got_request_exception.send(sender=AuditedView, request=request)


class AuditedView(Surface):
    """Each request is one transaction, so that its effect and its audit record commit together.

    A refusal is rolled back, and then recorded in a transaction of its own. ``record_name`` is the
    first part of the audit's ``action``, as in ``progress.list``.
    """

    dialect = TRAINING
    record_name: ClassVar[str]
    access_context: AccessContext

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.access_context = AccessContext(Caller(None))
        try:
            return self._dispatch_audited(request, *args, **kwargs)
        except DATABASE_AWAY as error:
            logger.error("The database did not answer: %s", error)
            return self._json_response(self.dialect.domain_problem(Unavailable()))
        except DatabaseError as error:
            report_exception(error, request)
            return self._json_response(INTERNAL_ERROR)

    def _dispatch_audited(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        status, recorded = 500, False
        try:
            with transaction.atomic():
                response = super().dispatch(request, *args, **kwargs)
                status = response.status_code
                if status < 400:
                    append(self._audit_event(status))
                    recorded = True
                else:
                    transaction.set_rollback(True)
        finally:
            if not recorded and status >= 400:
                self._record_refusal(status)
        return response

    def _record_refusal(self, status: int) -> None:
        event = self._audit_event(status)
        if event.actor_id is None:
            record_refusal(event, limit_key(self.request))
        elif status == OVER_LIMIT:
            record_refusal(event, f"u{event.actor_id}")
        else:
            append(event)

    def operation_name(self) -> str:
        return f"{self.dialect.name}:{self.record_name}.{self._action_name()}"

    def limit_scope(self) -> str | None:
        """Every request counts against the limit, also one with an unsupported method."""
        return SCOPE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.access_context.caller = caller_of(actor_of(request).user_id)
        require_a_role(self.access_context.caller)
        self.access_context.reason = request.query_params.get("reason", "").strip()[:MAX_REASON]

    def get_exception_handler(self) -> Callable[..., Response]:
        return respond_to_exception

    def cleaned(self, serializer: type[Serializer], data: Any = None) -> dict[str, Any]:
        """Returns the request's body, or ``data``, as validated by ``serializer``."""
        checked = serializer(data=self.request.data if data is None else data)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def cleaned_query(self, serializer: type[Serializer]) -> dict[str, Any]:
        """Returns the query parameters as validated by ``serializer``."""
        return self.cleaned(serializer, self.request.query_params.dict())

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def _audit_event(self, status: int) -> AuditEvent:
        context = self.access_context
        action = getattr(self, "action", None) or str(self.request.method).lower()[:MAX_METHOD]
        match = self.request.resolver_match
        return AuditEvent(
            action=f"{self.record_name}.{action}",
            route=match.route if match else "",
            status=status,
            actor_id=context.caller.user_id or self._authenticated_user_id(),
            subject_id=context.subject_id,
            also_about=context.also_about,
            behalf_id=context.behalf_id,
            session_id=context.session_id,
            address=client_address(self.request),
            reason=context.reason,
        )

    def _authenticated_user_id(self) -> Any:
        """Returns the id of the token's user, for requests refused before the roles are loaded."""
        user = getattr(self.request, "_user", None)
        return user.pk if user is not None and user.is_authenticated else None

    def _json_response(self, problem: Problem) -> JsonResponse:
        return JsonResponse(
            self.dialect.body(problem),
            status=problem.status,
            headers={**headers_of(problem), "Cache-Control": "no-store"},
        )


class AuditedViewSet(AuditedView, SurfaceViewSet):
    """The operations of one resource."""

    limits: ClassVar[dict[str, str]] = dict.fromkeys(
        ("create", "list", "retrieve", "partial_update"), SCOPE
    )
