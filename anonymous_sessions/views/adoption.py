"""``/api/session/adopt`` and ``…/undo``: the session becomes the account's."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .. import adopt, schema, serializers
from .base import AnonymousViewSet


class AdoptionViewSet(AnonymousViewSet):
    @schema.ADOPT
    def adopt(self, request: Request) -> Response:
        user_id = self.user_id()
        dry_run = self.cleaned(serializers.AdoptRequest)["dry_run"]
        session = self.current()
        contents = adopt.belongings(session)
        if not dry_run:
            adopt.adopt(session, user_id)
        return self._answer(
            adopted=not dry_run or session.user_id is not None,
            dry_run=dry_run,
            undo_until=adopt.undo_until(session, user_id),
            contents=contents,
        )

    @schema.UNDO
    def undo(self, request: Request) -> Response:
        user_id = self.user_id()
        self.held = adopt.undo(self.current(), user_id)
        contents = adopt.belongings(self.held.session)
        return self._answer(adopted=False, dry_run=False, undo_until=None, contents=contents)

    def _answer(self, **answer: Any) -> Response:
        return Response(serializers.AdoptedSession({"session_id": self.held.id, **answer}).data)
