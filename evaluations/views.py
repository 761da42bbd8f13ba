"""Views of ``/api/evaluation``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from analytics.access import Right, reads_all_text, session_for
from analytics.models import TherapistSession
from analytics.views.base import AuditedViewSet
from sessions_core.rest.idempotency import idempotent

from . import recording
from .access import (
    evaluation_to_edit,
    evaluation_to_read,
    readable,
    require_reason,
    session_to_evaluate,
)
from .agreement import agreement
from .dialect import EVALUATION
from .models import Evaluation
from .render import evaluation_entry, version_entry
from .schema import documented
from .search import matching
from .serializers import EvaluationChangeSerializer, EvaluationQuery, EvaluationSerializer


class EvaluationViewSet(AuditedViewSet):
    dialect = EVALUATION
    record_name = "evaluation"

    @documented("create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(EvaluationSerializer)
        session, evaluator_id = session_to_evaluate(
            self.access_context, data.pop("sessionId"), data.pop("evaluatorId", None)
        )
        return self._write(request, session, evaluator_id, data)

    @idempotent
    def _write(
        self, request: Request, session: TherapistSession, evaluator_id: Any, data: dict[str, Any]
    ) -> Response:
        evaluation = recording.write(session, evaluator_id, **data)
        return Response({"success": True, "evaluationId": str(evaluation.pk)}, status=201)

    @documented("list")
    def list(self, request: Request) -> Response:
        """Lists the evaluations of a session, or searches all that the caller may read."""
        query = self.cleaned_query(EvaluationQuery)
        rows = readable(self.access_context)
        shown: dict[str, Any] = {"sessionId": ""}
        if "sessionId" in query:
            session = session_for(self.access_context, query["sessionId"], Right.READ_TEXT)
            shown["sessionId"] = str(session.pk)
            # An evaluator of two could compute the other's rating from it, so none sees it.
            if reads_all_text(self.access_context, session) and (found := agreement(session, rows)):
                shown["agreement"] = found
            rows = rows.filter(session=session)
        else:
            require_reason(self.access_context)
        if "search" in query:
            rows = matching(rows, query["search"])
        page = rows.select_related("session")[query["offset"] : query["offset"] + query["limit"]]
        self.access_context.also_about = frozenset(row.session.therapist_id for row in page)
        shown["evaluations"] = [evaluation_entry(row) for row in page]
        return Response(shown)

    @documented("retrieve")
    def retrieve(self, request: Request, evaluation_id: str) -> Response:
        evaluation = evaluation_to_read(self.access_context, evaluation_id)
        versions = [version_entry(row) for row in evaluation.versions.all()]
        return Response({**evaluation_entry(evaluation), "versions": versions})

    @documented("partial_update")
    def partial_update(self, request: Request, evaluation_id: str) -> Response:
        data = self.cleaned(EvaluationChangeSerializer)
        return self._edit(request, evaluation_to_edit(self.access_context, evaluation_id), data)

    @idempotent
    def _edit(self, request: Request, evaluation: Evaluation, data: dict[str, Any]) -> Response:
        recording.edit(evaluation, self.access_context.caller.user_id, data)
        return Response(evaluation_entry(evaluation))
