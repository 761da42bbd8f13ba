"""Views of ``/api/session/sessions``: the therapist session itself."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.rest.idempotency import idempotent

from ..access import (
    Right,
    acting_for,
    may_see_clients_of,
    require_a_role,
    require_therapist,
    session_for,
    session_to_write,
    therapist_for,
    visible,
)
from ..analytics_data import analytics_data
from ..deriving import AnalyticsTarget
from ..models import TherapistSession
from ..queries import progress_of
from ..recording import sessions
from ..render import session_entry
from ..schema import documented
from ..serializers.queries import SessionsQuery
from ..serializers.requests import (
    NewSessionSerializer,
    ProgressMetricsSerializer,
    SessionChangeSerializer,
)
from .base import AuditedViewSet


class SessionsViewSet(AuditedViewSet):
    record_name = "sessions"

    @documented("sessions_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(NewSessionSerializer)
        therapist_id = acting_for(self.access_context, "therapistId", data.pop("therapistId", None))
        require_therapist(therapist_id)
        self.access_context.subject_id = therapist_id
        return self._begin(request, therapist_id, data)

    @idempotent
    def _begin(self, request: Request, therapist_id: Any, data: dict[str, Any]) -> Response:
        session = sessions.begin(therapist_id, **data)
        self.access_context.session_id = session.pk
        return Response(self._entry(session), status=201)

    @documented("sessions_list")
    def list(self, request: Request) -> Response:
        query = self.cleaned_query(SessionsQuery)
        require_a_role(self.access_context.caller)
        rows = visible(self.access_context.caller)
        if therapist := query.get("therapistId"):
            rows = rows.filter(
                therapist=therapist_for(self.access_context, therapist, Right.READ_METRICS)
            )
        if status := query.get("status"):
            rows = rows.filter(status=status)
        page = rows[query["offset"] : query["offset"] + query["limit"]]
        self.access_context.also_about = frozenset(one.therapist_id for one in page)
        known = may_see_clients_of(self.access_context.caller)
        shown = [session_entry(one, with_client=one.therapist_id in known) for one in page]
        return Response({"total": rows.count(), "sessions": shown})

    @documented("sessions_retrieve")
    def retrieve(self, request: Request, session_id: str) -> Response:
        """Returns the session with everything that was measured in it."""
        session = session_for(self.access_context, session_id, Right.READ_METRICS)
        data = analytics_data(AnalyticsTarget(session, visible(self.access_context.caller)))
        return Response(
            {
                **self._entry(session),
                "progressSnapshots": data["progressSnapshots"],
                "sessionMetrics": data["sessionMetrics"],
                "analyticsData": data,
                "progressMetrics": ProgressMetricsSerializer(progress_of(session)).data,
            }
        )

    @documented("sessions_partial_update")
    def partial_update(self, request: Request, session_id: str) -> Response:
        data = self.cleaned(SessionChangeSerializer)
        session = session_to_write(self.access_context, session_id)
        return self._change(request, session, data)

    @idempotent
    def _change(self, request: Request, session: TherapistSession, data: Any) -> Response:
        sessions.change(session, **data)
        return Response(self._entry(session))

    def _entry(self, session: TherapistSession) -> dict[str, Any]:
        known = may_see_clients_of(self.access_context.caller)
        return session_entry(session, with_client=session.therapist_id in known)
