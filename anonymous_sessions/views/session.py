"""Views of ``/api/session/`` and below it ``sync``, ``info``, ``usage``, ``rotate``."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core import clock

from .. import limits, opening, quotas, rotate, schema, serializers, syncing
from ..access import SessionHandle, user_id_of
from ..charges import charge
from ..errors import UnknownSession
from ..identity import parse
from .base import AnonymousViewSet


class SessionViewSet(AnonymousViewSet):
    @schema.OPEN
    def open(self, request: Request) -> Response:
        text = self.cleaned(serializers.ClientId).get("client_session_id")
        known = opening.remembered(request, parse(text) if text else None)
        if known is None:
            limits.count_creation(request)
        handle = self.answer_about(known or opening.create(user_id_of(request)))
        body = report(handle) | {"is_new_session": known is None}
        return Response(serializers.OpenedSession(body).data)

    @schema.SYNC
    def sync(self, request: Request) -> Response:
        session_id = parse(self.cleaned(serializers.RequiredClientId)["client_session_id"])
        limits.refuse_guesser(request)
        try:
            self.answer_about(syncing.sync(request, session_id))
        except UnknownSession:
            limits.count_miss(request)
            raise
        return Response(serializers.SyncedSession(synced(session_id)).data)

    @schema.INFO
    def info(self, request: Request) -> Response:
        return Response(serializers.SessionInfo(report(self.current())).data)

    @schema.USAGE
    def usage(self, request: Request) -> Response:
        name = self.cleaned(serializers.UsageCharge)["quota"]
        handle = self.current()
        charge(handle.session, name, key=self.retry_key(handle.session))
        return Response(serializers.UsageReport(report(handle)).data)

    @schema.ROTATE
    def rotate(self, request: Request) -> Response:
        handle = self.answer_about(rotate.rotate(self.current()))
        return Response(serializers.SessionInfo(report(handle)).data)


def report(handle: SessionHandle) -> dict[str, Any]:
    rows = list(handle.session.usage.all())
    return {
        "session_id": handle.id,
        "created_at": handle.session.created_at,
        "last_active": handle.session.last_active,
        "usage_stats": quotas.usage_stats(rows),
        "rate_limits": quotas.quota_states(rows, clock.now()),
    }


def synced(session_id: UUID) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "is_synced": True,
        "message": "Sessions synchronized successfully",
    }
