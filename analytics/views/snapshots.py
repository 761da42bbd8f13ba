"""Views of ``/api/session/snapshots``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.clock import now
from sessions_core.rest.idempotency import idempotent

from ..access import Right, reads_all_text, session_for, session_to_write
from ..models import TherapistSession
from ..queries import milestones_of, snapshots_of
from ..recording import snapshots
from ..recording.milestones import ReachedMilestone
from ..render import milestone_entry, snapshot_entry
from ..schema import documented
from ..serializers.queries import SessionQuery
from ..serializers.requests import SnapshotsSerializer
from .base import AuditedViewSet


class SnapshotsViewSet(AuditedViewSet):
    record_name = "snapshots"

    @documented("snapshots_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(SnapshotsSerializer)
        session = session_to_write(self.access_context, data["sessionId"])
        return self._add(request, session, data)

    @idempotent
    def _add(self, request: Request, session: TherapistSession, data: Any) -> Response:
        points = [(point["timestamp"], point["value"]) for point in data["snapshots"]]
        snapshots.add(session, points, [_reached(one) for one in data.get("milestones", [])])
        return Response({"success": True, "sessionId": str(session.pk)})

    @documented("snapshots_list")
    def list(self, request: Request) -> Response:
        query = self.cleaned_query(SessionQuery)
        session = session_for(self.access_context, query["sessionId"], Right.READ_METRICS)
        with_text = reads_all_text(self.access_context, session)
        milestones = milestones_of(session)
        return Response(
            {
                "sessionId": str(session.pk),
                "snapshots": [snapshot_entry(row) for row in snapshots_of(session)],
                "milestones": [milestone_entry(row, with_text=with_text) for row in milestones],
            }
        )


def _reached(data: dict[str, Any]) -> ReachedMilestone:
    return ReachedMilestone(
        data["milestoneName"],
        data.get("achievedAt") or now(),
        data.get("milestoneValue"),
        data.get("metadata", {}),
    )
