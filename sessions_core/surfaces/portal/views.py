"""The portal's operations: read the input, call the verb or the query, render."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from ... import access, achievements, clock
from ...actor import Actor
from ...app_settings import app_settings
from ...errors import SessionError
from ...lifecycle import finish, pause, replays
from ...lifecycle.answer import answer
from ...lifecycle.start import Wishes, start
from ...models import Dialect, Session
from ...queries import current, freshness, history, results
from ...rest.caller import actor_of
from ...rest.dialect import Dialect as ErrorDialect
from ...rest.exceptions import response_of
from ...rest.idempotency import HEADER, answer_key, idempotent
from ...rest.zones import zone_of
from ..answering import AnsweringViewSet, takes_a_key, valid
from . import render
from .errors import PORTAL
from .inputs import AnswerInput, BatchInput, HistoryInput, StartInput
from .schema import documented
from .submitting import submission


class PortalViewSet(AnsweringViewSet):
    """Learning sessions as the portal's clients know them."""

    dialect: ClassVar[ErrorDialect] = PORTAL
    limits: ClassVar[dict[str, str]] = {
        "start": "session_start",
        "progress": "progress",
        "complete": "session_complete",
    }
    answering: ClassVar[frozenset[str]] = frozenset({"progress"})

    @documented("start")
    @idempotent
    def start(self, request: Request) -> Response:
        data = valid(StartInput(data=request.data))
        session = start(actor_of(request), Dialect.PORTAL, _wishes(data, zone_of(request)))
        return Response(render.started(session, current.next_item(session)), status=201)

    @documented("progress")
    @takes_a_key
    def progress(self, request: Request, session_id: str) -> Response:
        actor = actor_of(request)
        key = answer_key(actor, request.headers.get(HEADER))
        data = valid(AnswerInput(data=request.data))
        return Response(render.verdict(self.answered(submission(actor, session_id, data, key))))

    @documented("batch")
    @takes_a_key
    def batch(self, request: Request, session_id: str) -> Response:
        actor = actor_of(request)
        header = answer_key(actor, request.headers.get(HEADER))
        answers = valid(BatchInput(data=request.data))["answers"]
        submissions = [
            submission(actor, session_id, data, _batch_key(actor, request, header, index, data))
            for index, data in enumerate(answers)
        ]
        known = replays.find([s.key for s in submissions if s.key], clock.now())
        self.charge("progress", cost=sum(s.key not in known for s in submissions))
        outcome = answer(submissions, known=known)
        return Response({"results": [self._report(result) for result in outcome]})

    def _report(self, result: Any) -> dict[str, Any]:
        """One answer's result, with the status it would have had alone."""
        if not isinstance(result, SessionError):
            return {"status": 200, **render.verdict(result)}
        problem = PORTAL.domain_problem(result)
        return {"status": problem.status, **response_of(problem, PORTAL).data}

    @documented("complete")
    @idempotent
    def complete(self, request: Request, session_id: str) -> Response:
        session = finish.complete(actor_of(request), session_id, route="portal:complete")
        won = achievements.awarded_in(session)
        return Response(render.summary(session, results.of_session(session), won))

    @documented("cancel")
    @idempotent
    def cancel(self, request: Request, session_id: str) -> Response:
        session = finish.cancel(actor_of(request), session_id, route="portal:cancel")
        return Response(render.cancelled(session))

    @documented("resume")
    @idempotent
    def resume(self, request: Request, session_id: str) -> Response:
        session = pause.resume(actor_of(request), session_id, route="portal:resume")
        return Response(render.state(session, current.next_item(session), clock.now()))

    @documented("history")
    def history(self, request: Request) -> Response:
        form = HistoryInput(data=request.query_params)
        valid(form)
        actor, wanted = actor_of(request), form.wanted()
        mark = freshness.mark_of(actor)
        body = freshness.cached(
            f"history:{wanted}",
            mark,
            freshness.HISTORY_SECONDS,
            lambda: render.history(history.page(actor, wanted, mark.started)),
        )
        return Response(body)

    @documented("details")
    def details(self, request: Request, session_id: str) -> Response:
        rows = Session.objects.select_related("activity").only(*_SHOWN)
        session = access.session_for(
            actor_of(request), session_id, route="portal:details", write=False, rows=rows
        )
        session = current.fresh(session)
        body = freshness.cached(
            "details",
            f"{session.pk}:{session.last_seq}",
            freshness.DETAILS_SECONDS,
            lambda: render.details(session, results.of_session(session), clock.now()),
        )
        return Response({**body, "timing": render.timing(session, clock.now())})


# Of its many columns, what details show and what tells whether it may be read and has expired.
_SHOWN = (
    *("user_id", "guest", "status", "started_at", "ended_at", "deadline_at"),
    *("running_since", "active_ms", "answered_count", "attempt_count", "correct_count"),
    *("response_ms", "last_seq", "activity__name", "activity__type"),
)


def _wishes(data: dict[str, Any], zone: str) -> Wishes:
    settings = data.get("settings", {})
    return Wishes(
        activity_id=data["activity_id"],
        difficulty=settings.get("difficulty", app_settings.DEFAULT_DIFFICULTY),
        item_count=settings.get("word_count", app_settings.DEFAULT_WORD_COUNT),
        time_limit=settings.get("time_limit", app_settings.DEFAULT_TIME_LIMIT),
        zone=zone,
    )


def _batch_key(
    actor: Actor, request: Request, header: Any, index: int, data: dict[str, Any]
) -> Any:
    """An answer's own key, else its place in a batch that has one."""
    if own := data.get("idempotency_key"):
        return answer_key(actor, own)
    return answer_key(actor, f"{header}/{index}") if header else None
