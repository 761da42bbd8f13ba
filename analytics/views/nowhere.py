"""Unknown addresses below the surface's prefixes: a 404 that is audited like any request."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from sessions_core.rest.views import Surface

from .base import AuditedView


class Nowhere(AuditedView):
    """An invalid token is refused as everywhere; a request without one gets the 404, too."""

    permission_classes = (AllowAny,)
    schema: Any = None
    record_name = "nowhere"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises the 404 before the method is looked up, so that no method gets a 405."""
        Surface.initial(self, request, *args, **kwargs)
        raise NotFound("There is nothing at this address")

    def limit_scope(self) -> str | None:
        return super().limit_scope() if self._authenticated_user_id() is not None else None
