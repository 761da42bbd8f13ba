"""``/api/session/``, ``sync``, ``info``, ``usage``, ``rotate``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core import clock

from .. import limits, opening, quotas, rotate, schema, serializers, syncing
from ..access import user_id_of
from ..charges import charge
from ..errors import UnknownSession
from ..identity import parse
from .base import AnonymousViewSet


class SessionViewSet(AnonymousViewSet):
    @schema.OPEN
    def open(self, request: Request) -> Response:
        text = self.cleaned(serializers.ClientId).get("client_session_id")
        self.held = opening.remembered(request, parse(text) if text else None)
        is_new = self.held is None
        if is_new:
            limits.count_creation(request)
            self.held = opening.create(user_id_of(request))
        return Response(serializers.OpenedSession(self._report() | {"is_new_session": is_new}).data)

    @schema.SYNC
    def sync(self, request: Request) -> Response:
        session_id = parse(self.cleaned(serializers.RequiredClientId)["client_session_id"])
        limits.refuse_guesser(request)
        try:
            self.held = syncing.sync(request, session_id)
        except UnknownSession:
            limits.count_miss(request)
            raise
        return Response(serializers.SyncedSession(synced(session_id)).data)

    @schema.INFO
    def info(self, request: Request) -> Response:
        self.current()
        return Response(serializers.SessionInfo(self._report()).data)

    @schema.USAGE
    def usage(self, request: Request) -> Response:
        name = self.cleaned(serializers.UsageRequest)["quota"]
        session = self.current()
        charge(session, name, key=self.retry_key(session))
        return Response(serializers.UsageReport(self._report()).data)

    @schema.ROTATE
    def rotate(self, request: Request) -> Response:
        self.current()
        self.held = rotate.rotate(self.held)
        return Response(serializers.SessionInfo(self._report()).data)

    def _report(self) -> dict[str, Any]:
        session = self.held.session
        rows = list(session.usage.all())
        return {
            "session_id": self.held.id,
            "created_at": session.created_at,
            "last_active": session.last_active,
            "usage_stats": quotas.usage_stats(rows),
            "rate_limits": quotas.standings(rows, clock.now()),
        }


def synced(session_id: Any) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "is_synced": True,
        "message": "Sessions synchronized successfully",
    }
