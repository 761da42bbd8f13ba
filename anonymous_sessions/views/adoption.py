"""``/api/session/adopt`` and ``…/undo``: the session becomes the account's."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .. import adopt, schema, serializers
from ..access import Held
from .base import AnonymousViewSet


class AdoptionViewSet(AnonymousViewSet):
    @schema.ADOPT
    def adopt(self, request: Request) -> Response:
        user_id = self.user_id()
        dry_run = self.cleaned(serializers.AdoptionOptions)["dry_run"]
        held = self.current()
        session = held.session
        contents = adopt.belongings(session)
        if not dry_run:
            adopt.adopt(session, user_id)
        return self._answer(
            held,
            adopted=not dry_run or session.user_id is not None,
            dry_run=dry_run,
            undo_until=adopt.undo_until(session, user_id),
            contents=contents,
        )

    @schema.UNDO
    def undo(self, request: Request) -> Response:
        user_id = self.user_id()
        held = self.hold(adopt.undo(self.current().session, user_id))
        contents = adopt.belongings(held.session)
        return self._answer(held, adopted=False, dry_run=False, undo_until=None, contents=contents)

    def _answer(self, held: Held, **answer: Any) -> Response:
        return Response(serializers.AdoptedSession({"session_id": held.id, **answer}).data)
