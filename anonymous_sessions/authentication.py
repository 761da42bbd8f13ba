"""Learners without an account: the holder of an anonymous session may own learning sessions."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from sessions_core.actor import Actor
from sessions_core.rest.caller import Caller

from .access import current_or_none
from .app_settings import app_settings
from .errors import CrossSiteRequest
from .origin import refuse_cross_site


class GuestAuthentication(BaseAuthentication):
    """The cookie of an anonymous session, under ``ANONYMOUS_SESSIONS_GUEST_PATHS`` alone.

    Goes last in ``DEFAULT_AUTHENTICATION_CLASSES``, so that an account comes before it.
    """

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        if not request.path.startswith(tuple(app_settings.GUEST_PATHS)):
            return None
        held = current_or_none(request._request)
        if held is None:
            return None
        try:
            refuse_cross_site(request._request)
        except CrossSiteRequest as error:
            raise PermissionDenied(error.message) from None
        return Caller(Actor(guest=held.session.guest)), None
