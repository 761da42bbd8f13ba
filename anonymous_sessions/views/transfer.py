"""Views of ``/api/session/transfer`` and ``/api/session/transfer/redeem``."""

from rest_framework.request import Request
from rest_framework.response import Response

from .. import limits, schema, serializers, syncing, transfer
from ..errors import UnknownSession, UnknownTransferCode
from .base import AnonymousViewSet
from .session import synced


class TransferViewSet(AnonymousViewSet):
    @schema.ISSUE
    def issue(self, request: Request) -> Response:
        code, made = transfer.issue(self.current())
        body = serializers.IssuedCode({"code": code, "expires_at": made.expires_at}).data
        return Response(body, status=201)

    @schema.REDEEM
    def redeem(self, request: Request) -> Response:
        code = transfer.normalise(self.cleaned(serializers.CodeToRedeem)["code"])
        limits.refuse_guesser(request)
        try:
            session_id = transfer.redeem(code)
            self.answer_about(syncing.sync(request, session_id))
        except (UnknownTransferCode, UnknownSession):
            limits.count_miss(request)
            raise UnknownTransferCode from None
        return Response(serializers.SyncedSession(synced(session_id)).data)
