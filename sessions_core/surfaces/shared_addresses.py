"""Addresses that the portal and guided practice share, told apart by body or method."""

from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ..errors import ActivityNotFound, EmptyActivity
from ..rest.dialect import ErrorDialect
from ..rest.idempotency import takes_a_key
from ..rest.problems import BadInput
from ..rest.routes import both
from ..rest.schema import may_fail
from ..rest.views import Surface, by_method
from .describe import ZONE
from .portal import examples, inputs, outputs
from .portal.errors import PORTAL
from .portal.views import PortalViewSet
from .practice import examples as practice_examples
from .practice import inputs as practice_inputs
from .practice import outputs as practice_outputs
from .practice.errors import PRACTICE
from .practice.views import PracticeViewSet

_PORTALS_KEYS = frozenset({"activity_id", "settings"})
_portal = PortalViewSet.as_view
_practice = PracticeViewSet.as_view


def _example(name: str, value: object, *, sent: bool) -> OpenApiExample:
    codes = None if sent else ["201"]
    return OpenApiExample(
        name, value, request_only=sent, response_only=not sent, status_codes=codes
    )


class StartChooser(Surface):
    """Hands a start to the surface that it is for, and does nothing else with it.

    With ``activity_id`` or ``settings`` in the body it is the portal's. Otherwise, an empty or
    absent body included, it is guided practice's, which takes no key but its own. The portal also
    says what is wrong with a body that cannot be read, and with a method that is not allowed.
    """

    dialect: ClassVar[ErrorDialect] = PORTAL
    #: Both surfaces' errors stand in the API documents, and the limit, which is the same for both.
    dialects = (PORTAL, PRACTICE)
    limits: ClassVar[dict[str, str]] = {"post": PortalViewSet.limits["start"]}

    _portals_start = staticmethod(_portal({"post": "start"}))
    _practices_start = staticmethod(_practice({"post": "start"}))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        chosen = self._practices_start if self._is_practice(request) else self._portals_start
        return chosen(request, *args, **kwargs)

    def _is_practice(self, request: HttpRequest) -> bool:
        if request.method != "POST":
            return False
        try:
            request.body  # noqa: B018 - Django keeps what it has read, for the chosen view to read.
            data = self.initialize_request(request).data
        except (APIException, BadInput, RequestDataTooBig, ValueError):
            return False
        return not (isinstance(data, dict) and _PORTALS_KEYS & data.keys())

    @extend_schema(
        operation_id="sessions_start",
        tags=["Learning sessions"],
        summary="Start a session of learning, or of guided practice: the body decides",
        parameters=[ZONE],
        request=PolymorphicProxySerializer(
            component_name="Start",
            serializers=[inputs.StartInput, practice_inputs.PracticeStartInput],
            resource_type_field_name=None,
        ),
        responses={
            201: PolymorphicProxySerializer(
                component_name="Started",
                serializers=[outputs.StartedOutput, practice_outputs.PracticeSessionOutput],
                resource_type_field_name=None,
            )
        },
        examples=[
            _example("Learning", examples.REQUESTS["start"], sent=True),
            _example("Practice", practice_examples.SENT["start"], sent=True),
            _example("Learning", examples.RESPONSES["start"], sent=False),
            _example("Practice", practice_examples.RECEIVED["start"], sent=False),
        ],
    )
    @may_fail(ActivityNotFound(123), EmptyActivity())
    @takes_a_key
    def post(self, request: Request) -> Response:
        """With `activity_id` or `settings` in the body the session is one of learning; otherwise,
        an empty or absent body included, it is one of guided practice.
        """
        raise NotImplementedError  # What ``dispatch`` hands on never comes here.


_ONE = "<str:session_id>"
_resume = by_method(PORTAL, post=_portal({"post": "resume"}), put=_practice({"put": "resume"}))
_session = by_method(PORTAL, get=_portal({"get": "details"}), patch=_practice({"patch": "notes"}))

urlpatterns: list[URLPattern] = [
    *both("start", StartChooser.as_view(), "start"),
    *both(f"{_ONE}/resume", _resume, "resume"),
    *both(_ONE, _session, "session"),
]
