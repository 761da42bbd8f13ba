"""Addresses that the portal and guided practice share, told apart by body or method."""

from typing import Any, ClassVar

from django.urls import URLPattern
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ..errors import ActivityNotFound, EmptyActivity
from ..rest.dialect import Dialect
from ..rest.problems import BadInput
from ..rest.routes import both
from ..rest.schema import may_fail
from .answering import takes_a_key
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


def _example(name: str, value: object, *, sent: bool) -> OpenApiExample:
    codes = None if sent else ["201"]
    return OpenApiExample(
        name, value, request_only=sent, response_only=not sent, status_codes=codes
    )


class SharedViewSet(PortalViewSet, PracticeViewSet):
    """``POST start``: with ``activity_id`` or ``settings`` in the body it is the portal's;
    otherwise, an empty or absent body included, guided practice's, which takes no key but its own.
    A body that cannot be read is answered by the portal.

    ``POST resume`` and ``GET`` are the portal's, ``PUT resume`` and ``PATCH`` guided practice's.
    """

    is_practice = False
    _PRACTICES = frozenset({"resume_practice", "notes"})

    dialect: ClassVar[Dialect] = PORTAL

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before anything else reads the body: one that cannot be parsed says so only once, and
        # is empty from then on.
        unreadable = self._choose(request)
        super().initial(request, *args, **kwargs)
        if unreadable is not None:
            raise unreadable

    def _choose(self, request: Request) -> Exception | None:
        if self.action != "start":
            return None
        try:
            body = request.data
        except (APIException, BadInput) as error:
            return error
        self.is_practice = not (isinstance(body, dict) and _PORTALS_KEYS & body.keys())
        return None

    def get_dialect(self) -> Dialect:
        practice = self.is_practice or getattr(self, "action", "") in self._PRACTICES
        return PRACTICE if practice else PORTAL

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """Those that the API documents show."""
        return (PORTAL, PRACTICE) if self.action == "start" else (self.get_dialect(),)

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
    def start(self, request: Request) -> Response:
        surface = PracticeViewSet if self.is_practice else PortalViewSet
        return surface.start(self, request)

    resume_practice = PracticeViewSet.resume


_ONE = "<str:session_id>"

urlpatterns: list[URLPattern] = [
    *both("start", SharedViewSet.as_view({"post": "start"}), "start"),
    *both(
        f"{_ONE}/resume",
        SharedViewSet.as_view({"post": "resume", "put": "resume_practice"}),
        "resume",
    ),
    *both(_ONE, SharedViewSet.as_view({"get": "details", "patch": "notes"}), "session"),
]
