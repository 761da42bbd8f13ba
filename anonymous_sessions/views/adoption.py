"""Views of ``/api/session/adopt`` and ``/api/session/adopt/undo``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .. import adopt, schema, serializers
from ..access import SessionHandle
from .base import AnonymousViewSet


class AdoptionViewSet(AnonymousViewSet):
    @schema.ADOPT
    def adopt(self, request: Request) -> Response:
        user_id = self.user_id()
        dry_run = self.cleaned(serializers.AdoptionOptions)["dry_run"]
        handle = self.current()
        session = handle.session
        contents = adopt.inventory(session)
        if not dry_run:
            adopt.adopt(session, user_id)
        return self._answer(
            handle,
            adopted=not dry_run or session.user_id is not None,
            dry_run=dry_run,
            undo_until=adopt.undo_until(session, user_id),
            contents=contents,
        )

    @schema.UNDO
    def undo(self, request: Request) -> Response:
        user_id = self.user_id()
        handle = self.answer_about(adopt.undo(self.current().session, user_id))
        contents = adopt.inventory(handle.session)
        return self._answer(
            handle, adopted=False, dry_run=False, undo_until=None, contents=contents
        )

    def _answer(self, handle: SessionHandle, **answer: Any) -> Response:
        return Response(serializers.AdoptedSession({"session_id": handle.id, **answer}).data)
