"""Addresses below the surface's roots that lead nowhere: 404, and in the audit like any call."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from sessions_core.rest.views import Surface

from .base import AuditedView


class Nowhere(AuditedView):
    """A bad sign-in is refused as everywhere; without one there is still nothing here."""

    permission_classes = (AllowAny,)
    schema: Any = None
    record_name = "nowhere"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method is looked up: no method is allowed where nothing is."""
        Surface.initial(self, request, *args, **kwargs)
        raise NotFound("There is nothing at this address")

    def limit_scope(self) -> str | None:
        return super().limit_scope() if self._signed_in() is not None else None
