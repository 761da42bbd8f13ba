"""Who may open which socket. Each opening and each refusal is in the audit."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sessions_core.errors import SessionError
from sessions_core.realtime import signin
from sessions_core.realtime.definitions import Close
from sessions_core.rest import limits
from sessions_core.rest.address import limit_key_of

from ..access import AccessContext, Right, may_see_clients_of, session_for, therapist_for, visible
from ..audit.chain import AuditEvent, append
from ..audit.refusals import record_refusal
from ..errors import NotAllowed
from ..limits import SCOPE
from ..models import TherapistSession
from ..roles import Caller, caller_of
from .cursor import Cursor
from .definitions import NOT_ALLOWED
from .feed import Feed, SessionFeed, TherapistFeed

OPENED = 101

Watched = tuple[type[Feed], str]
Lookup = Callable[[AccessContext, str], tuple[Cursor, Watched]]


def find_session(context: AccessContext, id_text: str) -> tuple[Cursor, Watched]:
    """One session, with a cursor at its beginning."""
    session = session_for(context, id_text, Right.READ_METRICS)
    cursor = Cursor(None, session.therapist_id in may_see_clients_of(context.caller))
    return cursor, (SessionFeed, str(session.pk))


def find_therapist(context: AccessContext, id_text: str) -> tuple[Cursor, Watched]:
    """All that the caller may see of one therapist's sessions."""
    therapist_id = therapist_for(context, id_text, Right.READ_METRICS)
    rows = partial(_visible_of, context.caller, therapist_id)
    cursor = Cursor(rows, therapist_id in may_see_clients_of(context.caller))
    return cursor, (TherapistFeed, str(therapist_id))


def _visible_of(caller: Caller, therapist_id: Any) -> QuerySet[TherapistSession]:
    """Made anew for each use: what is in force is asked of the moment."""
    return visible(caller).filter(therapist=therapist_id)


def admit(
    find: Lookup, given: signin.Credentials | None, id_text: str, address: str
) -> tuple[signin.Principal, Cursor, Watched]:
    """Raises ``signin.NotSignedIn`` or the refusal of ``find``, once it is recorded."""
    context, status = AccessContext(Caller(None)), Close.NOT_SIGNED_IN
    try:
        with transaction.atomic():
            if given is None:
                raise signin.NotSignedIn
            principal = signin.identify(given)
            context.caller = Caller(principal.actor.user_id)
            status = Close.FLOOD
            limits.consume(SCOPE, principal.actor.scope)
            status = Close.NOT_FOUND
            context.caller = caller_of(principal.actor.user_id)
            cursor, watched = find(context, id_text)
            status = OPENED
    except NotAllowed:
        status = NOT_ALLOWED
        raise
    finally:
        _record(find, context, status, address)
    return principal, cursor, watched


def still_open(
    find: Lookup, principal: signin.Principal, cursor: Cursor, id_text: str, address: str
) -> int | None:
    """The code to close with, where the sign-in or the right has lapsed; it is recorded.

    Where some of the right is left, ``cursor`` is narrowed to that: one of two assignments may
    have ended, or a supervisor may be staff alone by now.
    """
    if signin.lapsed([principal]):
        return Close.NOT_SIGNED_IN
    context = AccessContext(Caller(principal.actor.user_id))
    try:
        context.caller = caller_of(principal.actor.user_id)
        fresh, _ = find(context, id_text)
        cursor.rows, cursor.sees_client = fresh.rows, fresh.sees_client
    except SessionError as error:
        code = NOT_ALLOWED if isinstance(error, NotAllowed) else Close.NOT_FOUND
        _record(find, context, code, address)
        return code
    return None


def _record(find: Lookup, context: AccessContext, status: int, address: str) -> None:
    actor_id = context.caller.user_id
    event = AuditEvent(
        "live.session" if find is find_session else "live.therapist",
        "websocket",
        status,
        actor_id=actor_id,
        subject_id=context.subject_id,
        session_id=context.session_id or "",
        address=address,
    )
    if actor_id is None:
        record_refusal(event, limit_key_of(address))
    elif status == Close.FLOOD:
        record_refusal(event, f"u{actor_id}")
    else:
        append(event)
