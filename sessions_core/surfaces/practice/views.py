"""Guided practice's operations on a session: read the input, call the verb, render."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from ... import access, clock
from ...lifecycle import end, pause
from ...lifecycle.start import Wishes, start
from ...lifecycle.submission import Submission
from ...models import Dialect, Session
from ...models.activity import ActivityType
from ...public_id import session_id_for
from ...queries import current, stats
from ...rest.caller import actor_of
from ...rest.dialect import ErrorDialect
from ...rest.idempotency import idempotent, takes_a_key
from ...rest.zones import zone_of
from ..answering import AnsweringViewSet, valid
from . import notes, render, sharing
from .errors import PRACTICE, NoActiveSession
from .inputs import CompleteInput, NotesInput, PauseInput, PoseInput, PracticeStartInput, ShareInput
from .schema import documented


class PracticeViewSet(AnsweringViewSet):
    """Practice sessions, guided by a sequence or free."""

    dialect: ClassVar[ErrorDialect] = PRACTICE
    limits: ClassVar[dict[str, str]] = {
        "start": "session_start",
        "poses": "progress",
        "complete": "session_complete",
    }
    answering: ClassVar[frozenset[str]] = frozenset({"poses"})
    session_in_body: ClassVar[frozenset[str]] = frozenset({"complete"})

    @documented("start")
    @idempotent
    def start(self, request: Request) -> Response:
        data = valid(PracticeStartInput(data=request.data))
        wishes = Wishes(
            activity_id=data.get("sequence_id"),
            activity_type=ActivityType.SEQUENCE,
            zone=zone_of(request),
        )
        session = start(actor_of(request), Dialect.PRACTICE, wishes)
        return Response(render.session(session, session.started_at), status=201)

    @documented("complete")
    @idempotent
    def complete(self, request: Request) -> Response:
        data = valid(CompleteInput(data=request.data))
        actor = actor_of(request)
        session = end.complete(
            actor,
            data["session_id"],
            route="practice:complete",
            completion=data["completion_status"],
            claimed_seconds=data["duration_seconds"],
            poses_completed=data.get("poses_completed"),
        )
        return Response(render.completed(session, clock.now(), stats.totals(actor)))

    @documented("pause")
    @idempotent
    def pause(self, request: Request, session_id: str) -> Response:
        claimed = valid(PauseInput(data=request.data))["duration_so_far"]
        session = pause.pause(
            actor_of(request), session_id, route="practice:pause", claimed_seconds=claimed
        )
        return Response(render.paused(session, clock.now()))

    @documented("resume")
    @idempotent
    def resume(self, request: Request, session_id: str) -> Response:
        session = pause.resume(actor_of(request), session_id, route="practice:resume")
        return Response(render.session(session, clock.now()))

    @documented("current")
    def current(self, request: Request) -> Response:
        session = current.newest_open(actor_of(request))
        if session is None:
            raise NoActiveSession
        return Response(render.session(session, clock.now()))

    @documented("poses")
    @takes_a_key
    def poses(self, request: Request, session_id: str) -> Response:
        actor = actor_of(request)
        data = valid(PoseInput(data=request.data))
        submission = Submission(
            actor=actor,
            session_id=session_id_for(session_id),
            item_id=data["pose_id"],
            answer="",
            response_ms=round(data["duration_seconds"] * 1000),
            key=self.key,
            label=session_id,
        )
        return Response(render.pose(self.answered(submission)))

    @documented("notes")
    @idempotent
    def notes(self, request: Request, session_id: str) -> Response:
        text = valid(NotesInput(data=request.data))["notes"]
        session = self._mine(request, session_id, "practice:notes")
        notes.write(session, text)
        return Response({**render.session(session, clock.now()), "notes": text})

    @documented("read_notes")
    def read_notes(self, request: Request, session_id: str) -> Response:
        session = self._mine(request, session_id, "practice:notes")
        return Response({"session_id": session.pk, "notes": notes.read(session)})

    @documented("share")
    @idempotent
    def share(self, request: Request, session_id: str) -> Response:
        data = valid(ShareInput(data=request.data))
        session = self._mine(request, session_id, "practice:share")
        token, expires_at = sharing.make(session, data.get("expires_in"))
        address = request.build_absolute_uri(f"/api/v1/sessions/shared/{token}")
        body = {"session_id": session.pk, "token": token, "url": address}
        return Response({**body, "expires_at": render.instant(expires_at)}, status=201)

    @documented("unshare")
    def unshare(self, request: Request, session_id: str) -> Response:
        sharing.revoke(self._mine(request, session_id, "practice:share"))
        return Response(status=204)

    def _mine(self, request: Request, session_id: str, route: str) -> Session:
        return access.session_for(actor_of(request), session_id, route=route)
