"""``/api/session/preferences``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .. import preferences, schema, serializers
from .base import AnonymousViewSet


class PreferencesViewSet(AnonymousViewSet):
    @schema.PREFERENCES
    def retrieve(self, request: Request) -> Response:
        return self._answer(self.current().preferences)

    @schema.REPLACE
    def update(self, request: Request) -> Response:
        given = self.cleaned(serializers.PreferencesRequest)["preferences"]
        return self._answer(preferences.put(self.current(), given))

    @schema.CHANGE
    def partial_update(self, request: Request) -> Response:
        given = self.cleaned(serializers.PreferencesRequest)["preferences"]
        return self._answer(preferences.patch(self.current(), given))

    def _answer(self, stored: dict[str, Any]) -> Response:
        body = {"session_id": self.held.id, "preferences": stored}
        return Response(serializers.Preferences(body).data)
