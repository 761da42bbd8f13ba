"""``/api/session/concepts``."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from .. import concepts, schema, serializers
from ..errors import UnknownConcept
from .base import AnonymousViewSet


class ConceptViewSet(AnonymousViewSet):
    @schema.CONCEPTS
    def list(self, request: Request) -> Response:
        page = self.cleaned(serializers.PageRequest, request.query_params)
        found = concepts.of(self.current().session)
        start = page["offset"]
        body = {
            "concepts": found[start : start + page["limit"]],
            "total": found.count(),
            **page,
        }
        return Response(serializers.ConceptPage(body).data)

    @schema.STORE
    def create(self, request: Request) -> Response:
        given = self.cleaned(serializers.ConceptRequest)
        session = self.current().session
        concept = concepts.store(
            session,
            given["document"],
            also=given.get("charge", ""),
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
