"""Views of ``/api/session/skills``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.clock import now
from sessions_core.rest.idempotency import idempotent

from ..access import Right, session_for, session_to_write, therapist_for, visible
from ..models import SkillScore, TherapistSession
from ..queries import skills
from ..recording.live_events import save_and_notify
from ..recording.skills import add_scores
from ..render import selection_fields, skill_entry
from ..schema import documented
from ..serializers.queries import SkillsQuery
from ..serializers.requests import SkillScoresSerializer
from .base import AuditedViewSet


class SkillsViewSet(AuditedViewSet):
    record_name = "skills"

    @documented("skills_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(SkillScoresSerializer)
        session = session_to_write(self.access_context, data["sessionId"], data.get("therapistId"))
        return self._add(request, session, data)

    @idempotent
    def _add(self, request: Request, session: TherapistSession, data: Any) -> Response:
        add_scores(session, data["skillScores"], now())
        save_and_notify(session)
        return Response(
            {
                "success": True,
                "sessionId": str(session.pk),
                "therapistId": str(session.therapist_id),
            }
        )

    @documented("skills_list")
    def list(self, request: Request) -> Response:
        """Lists the skills of a session, of a therapist, or of a therapist in a session."""
        query = self.cleaned_query(SkillsQuery)
        session, therapist_id = None, None
        scores = SkillScore.objects.filter(session__in=visible(self.access_context.caller))
        if named := query.get("therapistId"):
            therapist_id = therapist_for(self.access_context, named, Right.READ_METRICS)
            scores = scores.filter(therapist=therapist_id)
        if named := query.get("sessionId"):
            session = session_for(self.access_context, named, Right.READ_METRICS)
            scores = scores.filter(session=session)
        return Response(
            {
                **selection_fields(therapist_id, session),
                "skills": [skill_entry(row) for row in skills(scores)],
            }
        )
