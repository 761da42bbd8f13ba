"""``/api/session/audit``: who called for a therapist's record."""

from rest_framework.request import Request
from rest_framework.response import Response

from ..access import user_id_of
from ..errors import NotAllowed
from ..models import AuditRecord
from ..queries import calls_about
from ..render import audit_entry
from ..roles import THERAPIST
from ..schema import documented
from ..serializers.queries import AuditQuery
from .base import AuditedViewSet


class AuditViewSet(AuditedViewSet):
    record_name = "audit"

    @documented("audit_list")
    def list(self, request: Request) -> Response:
        """A therapist sees the calls about itself; staff with the auditor right, all of them."""
        query = self.asked(AuditQuery)
        caller = self.visit.caller
        if caller.may_audit:
            rows = AuditRecord.objects.all()
            if therapist := query.get("therapistId"):
                rows = calls_about(user_id_of(therapist))
        elif caller.has(THERAPIST):
            self.visit.subject_id = caller.user_id
            rows = calls_about(caller.user_id)
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
