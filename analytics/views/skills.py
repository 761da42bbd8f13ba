"""``/api/session/skills``"""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.clock import now
from sessions_core.rest.idempotency import idempotent

from ..access import Right, session_for, session_to_write, therapist_for, visible
from ..models import SkillScore, TherapistSession
from ..queries import skills
from ..recording.numbering import save_and_announce
from ..recording.skills import add_scores
from ..render import skill_entry
from ..schema import documented
from ..serializers.queries import SkillsQuery
from ..serializers.requests import SkillScoresSerializer
from .base import AuditedViewSet


class SkillsViewSet(AuditedViewSet):
    record_name = "skills"

    @documented("skills_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(SkillScoresSerializer)
        session = session_to_write(self.visit, data["sessionId"], data.get("therapistId"))
        return self._add(request, session, data)

    @idempotent
    def _add(self, request: Request, session: TherapistSession, data: Any) -> Response:
        add_scores(session, data["skillScores"], now())
        save_and_announce(session)
        return Response(
            {
                "success": True,
                "sessionId": str(session.pk),
                "therapistId": str(session.therapist_id),
            }
        )

    @documented("skills_list")
    def list(self, request: Request) -> Response:
        """Of one session, of one therapist, or of a therapist in one session."""
        query = self.asked(SkillsQuery)
        session_id, therapist_id = query.get("sessionId"), query.get("therapistId")
        scores = SkillScore.objects.filter(session__in=visible(self.visit.caller))
        if therapist_id:
            therapist = therapist_for(self.visit, therapist_id, Right.READ_METRICS)
            scores = scores.filter(therapist=therapist)
        if session_id:
            session = session_for(self.visit, session_id, Right.READ_METRICS)
            scores = scores.filter(session=session)
            therapist_id = therapist_id or str(session.therapist_id)
        return Response(
            {
                "sessionId": session_id or "",
                "therapistId": therapist_id,
                "skills": [skill_entry(row) for row in skills(scores)],
            }
        )
