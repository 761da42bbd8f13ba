"""Who may open which socket. Each opening and each refusal is in the audit."""

from collections.abc import Callable

from django.db import transaction

from sessions_core.errors import SessionError
from sessions_core.realtime import signin
from sessions_core.realtime.definitions import Close
from sessions_core.rest import limits
from sessions_core.rest.address import limit_key_of

from ..access import Right, Visit, confided, session_for, therapist_for, visible
from ..audit.chain import Call, append
from ..audit.refusals import record_refusal
from ..errors import NotAllowed
from ..limits import SCOPE
from ..models import TherapistSession
from ..roles import Caller, caller_of
from .definitions import NOT_ALLOWED
from .news import Course

OPENED = 101

Door = Callable[[Visit, str], tuple[Course, object]]


def session_door(visit: Visit, id_text: str) -> tuple[Course, object]:
    """The course of one session, and the key it wakes by."""
    session = session_for(visit, id_text, Right.READ_METRICS)
    rows = TherapistSession.objects.filter(pk=session.pk)
    return Course(rows, session.therapist_id in confided(visit.caller)), session.pk


def therapist_door(visit: Visit, id_text: str) -> tuple[Course, object]:
    """All that the caller may see of one therapist's sessions."""
    therapist_id = therapist_for(visit, id_text, Right.READ_METRICS)
    rows = visible(visit.caller).filter(therapist=therapist_id)
    return Course(rows, therapist_id in confided(visit.caller)), therapist_id


def admit(
    door: Door, given: signin.Credentials | None, id_text: str, address: str
) -> tuple[signin.Principal, Course, object]:
    """Raises ``signin.NotSignedIn`` or the door's refusal, once it is recorded."""
    visit, status = Visit(Caller(None)), Close.NOT_SIGNED_IN
    try:
        with transaction.atomic():
            if given is None:
                raise signin.NotSignedIn
            principal = signin.identify(given)
            visit.caller = Caller(principal.actor.user_id)
            status = Close.FLOOD
            limits.consume(SCOPE, principal.actor.scope)
            status = Close.NOT_FOUND
            visit.caller = caller_of(principal.actor.user_id)
            course, key = door(visit, id_text)
            status = OPENED
    except NotAllowed:
        status = NOT_ALLOWED
        raise
    finally:
        _record(door, visit, status, address)
    return principal, course, key


def still_open(
    door: Door, principal: signin.Principal, course: Course, id_text: str, address: str
) -> int | None:
    """The code to close with, where the sign-in or the right has lapsed; it is recorded.

    Where some of the right is left, ``course`` is narrowed to that: one of two assignments may
    have ended, or a supervisor may be staff alone by now.
    """
    if signin.lapsed([principal]):
        return Close.NOT_SIGNED_IN
    visit = Visit(Caller(principal.actor.user_id))
    try:
        visit.caller = caller_of(principal.actor.user_id)
        fresh, _ = door(visit, id_text)
        course.rows, course.confided = fresh.rows, fresh.confided
    except SessionError as error:
        code = NOT_ALLOWED if isinstance(error, NotAllowed) else Close.NOT_FOUND
        _record(door, visit, code, address)
        return code
    return None


def _record(door: Door, visit: Visit, status: int, address: str) -> None:
    actor_id = visit.caller.user_id
    call = Call(
        "live.session" if door is session_door else "live.therapist",
        "websocket",
        status,
        actor_id=actor_id,
        subject_id=visit.subject_id,
        session_id=visit.session_id or "",
        address=address,
    )
    if actor_id is None:
        record_refusal(call, limit_key_of(address))
    elif status == Close.FLOOD:
        record_refusal(call, f"u{actor_id}")
    else:
        append(call)
