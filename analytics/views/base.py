"""The base of the therapist surface: no call without its audit record, none answered before it."""

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

from ..access import Visit, require_a_role
from ..audit.chain import Call, append
from ..audit.refusals import record_refusal
from ..dialect import FAULT, TRAINING
from ..limits import SCOPE
from ..roles import Caller, caller_of

MAX_REASON = 200
MAX_METHOD = 20
OVER_LIMIT = 429
logger = logging.getLogger("django.request")


def answer_even_our_faults(exc: Exception, context: dict[str, Any]) -> Response:
    """A fault of ours is a 500 in the surface's own words, and reported as Django reports them."""
    response = handle(exc, context)
    if response is None:
        report(exc, context["request"]._request)
        set_rollback()
        response = response_of(FAULT, TRAINING)
    return response


def report(exc: Exception, request: HttpRequest) -> None:
    """As Django reports a fault."""
    logger.error("Internal Server Error: %s", request.path, exc_info=exc)
    got_request_exception.send(sender=AuditedView, request=request)


class AuditedView(Surface):
    """One transaction a call: the effect and its audit record are there together or not at all.

    A refusal is rolled back, and then recorded by itself. ``record_name`` begins the audit's
    ``action``: ``progress.list``.
    """

    dialect = TRAINING
    record_name: ClassVar[str]
    visit: Visit

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.visit = Visit(Caller(None))
        try:
            return self._dispatch_recorded(request, *args, **kwargs)
        except DATABASE_AWAY as error:
            logger.error("The database did not answer: %s", error)
            return self._outside_drf(self.dialect.domain_problem(Unavailable()))
        except DatabaseError as error:
            report(error, request)
            return self._outside_drf(FAULT)

    def _dispatch_recorded(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        status, recorded = 500, False
        try:
            with transaction.atomic():
                response = super().dispatch(request, *args, **kwargs)
                status = response.status_code
                if status < 400:
                    append(self._call(status))
                    recorded = True
                else:
                    transaction.set_rollback(True)
        finally:
            if not recorded and status >= 400:
                self._record_refusal(status)
        return response

    def _record_refusal(self, status: int) -> None:
        call = self._call(status)
        if call.actor_id is None:
            record_refusal(call, limit_key(self.request))
        elif status == OVER_LIMIT:
            record_refusal(call, f"u{call.actor_id}")
        else:
            append(call)

    def limit_scope(self) -> str | None:
        """Every call counts, those of a method that is not there included."""
        return SCOPE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.visit.caller = caller_of(actor_of(request).user_id)
        require_a_role(self.visit.caller)
        self.visit.reason = request.query_params.get("reason", "").strip()[:MAX_REASON]

    def get_exception_handler(self) -> Callable[..., Response]:
        return answer_even_our_faults

    def cleaned(self, serializer: type[Serializer], data: Any = None) -> dict[str, Any]:
        """The request's body (or ``data``) as ``serializer`` accepts it."""
        checked = serializer(data=self.request.data if data is None else data)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def asked(self, serializer: type[Serializer]) -> dict[str, Any]:
        """The address's parameters."""
        return self.cleaned(serializer, self.request.query_params.dict())

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def _call(self, status: int) -> Call:
        visit = self.visit
        action = getattr(self, "action", None) or str(self.request.method).lower()[:MAX_METHOD]
        match = self.request.resolver_match
        return Call(
            action=f"{self.record_name}.{action}",
            route=match.route if match else "",
            status=status,
            actor_id=visit.caller.user_id or self._signed_in(),
            subject_id=visit.subject_id,
            also_about=visit.also_about,
            behalf_id=visit.behalf_id,
            session_id=visit.session_id,
            address=client_address(self.request),
            reason=visit.reason,
        )

    def _signed_in(self) -> Any:
        """Whoever's token it is, where the call was refused before the roles were looked up."""
        user = getattr(self.request, "_user", None)
        return user.pk if user is not None and user.is_authenticated else None

    def _outside_drf(self, problem: Problem) -> JsonResponse:
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
