"""Views of ``/api/session/preferences``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from .. import preferences, schema, serializers
from ..access import SessionHandle
from .base import AnonymousViewSet


class PreferencesViewSet(AnonymousViewSet):
    @schema.PREFERENCES
    def retrieve(self, request: Request) -> Response:
        handle = self.current()
        return self._answer(handle, handle.session.preferences)

    @schema.REPLACE
    def update(self, request: Request) -> Response:
        given = self.cleaned(serializers.NewPreferences)["preferences"]
        handle = self.current()
        return self._answer(handle, preferences.put(handle.session, given))

    @schema.CHANGE
    def partial_update(self, request: Request) -> Response:
        given = self.cleaned(serializers.NewPreferences)["preferences"]
        handle = self.current()
        return self._answer(handle, preferences.patch(handle.session, given))

    def _answer(self, handle: SessionHandle, stored: dict[str, Any]) -> Response:
        body = {"session_id": handle.id, "preferences": stored}
        return Response(serializers.Preferences(body).data)
