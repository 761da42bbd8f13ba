"""Views of ``/api/session/concepts``."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from .. import concepts, schema, serializers
from ..errors import UnknownConcept
from .base import AnonymousViewSet


class ConceptViewSet(AnonymousViewSet):
    @schema.CONCEPTS
    def page(self, request: Request) -> Response:
        paging = self.cleaned(serializers.ConceptPaging, request.query_params)
        found = concepts.of(self.current().session)
        start = paging["offset"]
        body = {
            "concepts": found[start : start + paging["limit"]],
            "total": found.count(),
            **paging,
        }
        return Response(serializers.ConceptPage(body).data)

    @schema.STORE
    def create(self, request: Request) -> Response:
        given = self.cleaned(serializers.NewConcept)
        session = self.current().session
        concept = concepts.store(
            session,
            given["document"],
            extra_quota=given.get("charge", ""),
            key=self.retry_key(session),
        )
        return Response(serializers.ConceptOut(concept).data, status=201)

    @schema.REMOVE
    def destroy(self, request: Request, concept_id: str) -> Response:
        session = self.current().session
        try:
            key = UUID(concept_id)
        except ValueError:
            raise UnknownConcept from None
        concepts.remove(session, key)
        return Response(status=204)
