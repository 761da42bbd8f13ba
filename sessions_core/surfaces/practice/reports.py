"""Guided practice's reports: statistics, the calendar, and what a share link shows."""

from datetime import date

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from ... import clock
from ...actor import Actor
from ...queries import current, results, stats
from ...rest.caller import actor_of
from ...rest.views import SurfaceViewSet
from ...rest.zones import HEADER, zone_of
from ...zones import local_day
from ..answering import valid
from . import render, sharing
from .errors import PRACTICE
from .inputs import DaysInput
from .schema import documented


def today_of(request: Request, actor: Actor) -> date:
    """The learner's day: in the zone the request names, else in that of the newest session."""
    zone = zone_of(request) if HEADER in request.headers else current.newest_zone(actor)
    return local_day(clock.now(), zone or zone_of(request))


class ReportsViewSet(SurfaceViewSet):
    """The caller's practice, added up."""

    dialect = PRACTICE

    @documented("stats")
    def stats(self, request: Request) -> Response:
        actor = actor_of(request)
        streak = stats.streak(actor, today_of(request, actor))
        return Response(render.stats(stats.totals(actor), streak))

    @documented("explain")
    def explain(self, request: Request) -> Response:
        actor = actor_of(request)
        days = self._days(request, actor, 7)
        return Response(render.explained(stats.counted_sessions(actor, **days), clock.now()))

    @documented("calendar")
    def calendar(self, request: Request) -> Response:
        actor = actor_of(request)
        days = self._days(request, actor, 365)
        return Response(render.calendar(stats.calendar(actor, **days), **days))

    def _days(self, request: Request, actor: Actor, default: int) -> dict[str, date]:
        today = today_of(request, actor)
        return valid(DaysInput(data=request.query_params, today=today, days=default))


class ShareLinkViewSet(SurfaceViewSet):
    """A session as its owner shows it to whoever has the link."""

    dialect = PRACTICE
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @documented("shared")
    def shared(self, request: Request, token: str) -> Response:
        session = sharing.follow(token)
        return Response(render.shared(session, results.of_session(session), clock.now()))
