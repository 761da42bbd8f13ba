"""``/api/session/preferences``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .. import preferences, schema, serializers
from ..access import Held
from .base import AnonymousViewSet


class PreferencesViewSet(AnonymousViewSet):
    @schema.PREFERENCES
    def retrieve(self, request: Request) -> Response:
        held = self.current()
        return self._answer(held, held.session.preferences)

    @schema.REPLACE
    def update(self, request: Request) -> Response:
        given = self.cleaned(serializers.NewPreferences)["preferences"]
        held = self.current()
        return self._answer(held, preferences.put(held.session, given))

    @schema.CHANGE
    def partial_update(self, request: Request) -> Response:
        given = self.cleaned(serializers.NewPreferences)["preferences"]
        held = self.current()
        return self._answer(held, preferences.patch(held.session, given))

    def _answer(self, held: Held, stored: dict[str, Any]) -> Response:
        body = {"session_id": held.id, "preferences": stored}
        return Response(serializers.Preferences(body).data)
