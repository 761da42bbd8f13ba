"""Authentication of learners without an account, by the cookie of an anonymous session."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from sessions_core.actor import Actor
from sessions_core.rest.caller import Caller

from .access import admits_guests, current_or_none
from .errors import CrossSiteRequest
from .origin import refuse_cross_site


class GuestAuthentication(BaseAuthentication):
    """Accepts the cookie only under the paths ``ANONYMOUS_SESSIONS_GUEST_PATHS``.

    It belongs last in ``DEFAULT_AUTHENTICATION_CLASSES``, so that an account takes precedence.
    """

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        if not admits_guests(request.path):
            return None
        handle = current_or_none(request._request)
        if handle is None:
            return None
        try:
            refuse_cross_site(request._request)
        except CrossSiteRequest as error:
            raise PermissionDenied(error.message) from None
        return Caller(Actor(guest=handle.session.guest)), None
