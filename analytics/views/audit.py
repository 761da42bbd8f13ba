"""Views of ``/api/session/audit``: who accessed a therapist's data."""

from rest_framework.request import Request
from rest_framework.response import Response

from ..access import user_id_of
from ..errors import NotAllowed
from ..models import AuditRecord
from ..queries import audit_records_about
from ..render import audit_entry
from ..roles import THERAPIST
from ..schema import documented
from ..serializers.queries import AuditQuery
from .base import AuditedViewSet


class AuditViewSet(AuditedViewSet):
    record_name = "audit"

    @documented("audit_list")
    def list(self, request: Request) -> Response:
        """A therapist sees accesses to its own data; staff with the auditor right see all."""
        query = self.cleaned_query(AuditQuery)
        caller = self.access_context.caller
        if caller.may_audit:
            rows = AuditRecord.objects.all()
            if therapist := query.get("therapistId"):
                rows = audit_records_about(user_id_of(therapist))
        elif caller.has(THERAPIST):
            self.access_context.subject_id = caller.user_id
            rows = audit_records_about(caller.user_id)
        else:
            raise NotAllowed
        if session_id := query.get("sessionId"):
            rows = rows.filter(session_id=session_id)
        page = rows.select_related("actor", "behalf", "subject")
        page = page.prefetch_related("also_about__person")
        page = page[query["offset"] : query["offset"] + query["limit"]]
        return Response(
            {
                "total": rows.count(),
                "records": [audit_entry(row, for_auditor=caller.may_audit) for row in page],
            }
        )
