"""``/api/session/``, ``sync``, ``info``, ``usage``, ``rotate``."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core import clock

from .. import limits, opening, quotas, rotate, schema, serializers, syncing
from ..access import Held, user_id_of
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
        held = self.hold(known or opening.create(user_id_of(request)))
        body = report(held) | {"is_new_session": known is None}
        return Response(serializers.OpenedSession(body).data)

    @schema.SYNC
    def sync(self, request: Request) -> Response:
        session_id = parse(self.cleaned(serializers.RequiredClientId)["client_session_id"])
        limits.refuse_guesser(request)
        try:
            self.hold(syncing.sync(request, session_id))
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
        held = self.current()
        charge(held.session, name, key=self.retry_key(held.session))
        return Response(serializers.UsageReport(report(held)).data)

    @schema.ROTATE
    def rotate(self, request: Request) -> Response:
        held = self.hold(rotate.rotate(self.current()))
        return Response(serializers.SessionInfo(report(held)).data)


def report(held: Held) -> dict[str, Any]:
    rows = list(held.session.usage.all())
    return {
        "session_id": held.id,
        "created_at": held.session.created_at,
        "last_active": held.session.last_active,
        "usage_stats": quotas.usage_stats(rows),
        "rate_limits": quotas.standings(rows, clock.now()),
    }


def synced(session_id: UUID) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "is_synced": True,
        "message": "Sessions synchronized successfully",
    }
