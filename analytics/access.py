"""Access control of therapists' records: every view loads its record through a function here.

The function loads the record, checks the caller's relationship to it against the right that the
view needs, and notes for the audit whose record it is. An unknown record is a 404 and a forbidden
one a 403; a caller without any role gets a 403 either way, so that it cannot probe for ids.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from .errors import (
    Invalid,
    NotAllowed,
    NotTheCaller,
    ReasonRequired,
    TherapistSessionUnknown,
    TherapistUnknown,
)
from .models import EvaluatorAssignment, SupervisorLink, TherapistSession
from .roles import EVALUATOR, SUPERVISOR, THERAPIST, Caller


class Relationship(Enum):
    """How a caller is related to a record."""

    OWN = auto()
    LINKED = auto()
    ASSIGNED = auto()
    STAFF = auto()


class Right(Enum):
    READ_METRICS = auto()
    WRITE_METRICS = auto()
    READ_TEXT = auto()


# The role table of the product. Staff write on a therapist's behalf, and read text only if they
# state a reason. An evaluator may read only its own texts: see ``reads_all_text``.
GRANTED_TO: dict[Right, frozenset[Relationship]] = {
    Right.READ_METRICS: frozenset(Relationship),
    Right.WRITE_METRICS: frozenset({Relationship.OWN, Relationship.STAFF}),
    Right.READ_TEXT: frozenset(Relationship),
}


@dataclass
class AccessContext:
    """The caller of one request, and what the audit will record about the request."""

    caller: Caller
    reason: str = ""
    session_id: UUID | None = None
    subject_id: Any = None
    also_about: frozenset[Any] = frozenset()
    behalf_id: Any = None


def session_for(
    context: AccessContext, id_text: str, right: Right, *, lock: bool = False
) -> TherapistSession:
    """Returns the session with the id ``id_text``, if the caller has ``right`` to it.

    With ``lock``, which every write passes, the row stays locked until the transaction ends. Raises
    ``TherapistSessionUnknown``, ``NotAllowed``, ``ReasonRequired``.
    """
    require_a_role(context.caller)
    rows = TherapistSession.objects.select_for_update() if lock else TherapistSession.objects
    session = rows.filter(pk=_uuid(id_text)).first()
    if session is None:
        raise TherapistSessionUnknown
    context.session_id, context.subject_id = session.pk, session.therapist_id
    _require(context, right, relationships(context.caller, session))
    return session


def session_to_write(
    context: AccessContext, id_text: str, therapist_id_text: str | None = None
) -> TherapistSession:
    """Returns the session, locked, to its therapist, or to staff acting on their behalf."""
    writer = acting_for(context, "therapistId", therapist_id_text)
    session = session_for(context, id_text, Right.WRITE_METRICS, lock=True)
    if writer != session.therapist_id and therapist_id_text is not None:
        raise Invalid(therapistId="Not this session's therapist")
    if context.caller.user_id != session.therapist_id:
        context.behalf_id = session.therapist_id
    return session


def therapist_for(context: AccessContext, id_text: str, right: Right) -> Any:
    """Returns the therapist's id, if the caller has ``right`` to at least one of their sessions.

    The caller must still filter what it shows by ``visible``. Raises ``TherapistUnknown``,
    ``NotAllowed``, ``ReasonRequired``.
    """
    require_a_role(context.caller)
    therapist_id = user_id_of(id_text)
    known = TherapistSession.objects.filter(therapist=therapist_id).exists() or (
        get_user_model().objects.filter(pk=therapist_id, groups__name=THERAPIST).exists()
    )
    if not known:
        raise TherapistUnknown
    context.subject_id = therapist_id
    _require(context, right, _relationships_to(context.caller, therapist_id))
    return therapist_id


def relationships(caller: Caller, session: TherapistSession) -> set[Relationship]:
    """Returns every relationship that the caller has to ``session`` now."""
    found = _relationships_to(caller, session.therapist_id) - {Relationship.ASSIGNED}
    if caller.has(EVALUATOR) and _assignments(caller).filter(session=session).exists():
        found.add(Relationship.ASSIGNED)
    return found


def may_see_clients_of(caller: Caller) -> set[Any]:
    """Returns the ids of the therapists whose clients and texts the caller may see.

    These are the caller itself, if it is a therapist, and the therapists that it supervises.
    """
    own = {caller.user_id} if caller.has(THERAPIST) else set()
    if not caller.has(SUPERVISOR):
        return own
    return own | set(supervised(caller.user_id).values_list("therapist", flat=True))


def reads_all_text(context: AccessContext, session: TherapistSession) -> bool:
    """Returns whether the caller may read everybody's texts, not just those it wrote itself."""
    if context.caller.is_staff and context.reason:
        return True
    return session.therapist_id in may_see_clients_of(context.caller)


def visible(caller: Caller) -> QuerySet[TherapistSession]:
    """Returns the sessions whose metrics the caller may read."""
    if caller.is_staff:
        return TherapistSession.objects.all()
    seen = Q(pk__in=[])
    if caller.has(THERAPIST):
        seen |= Q(therapist=caller.user_id)
    if caller.has(SUPERVISOR):
        seen |= Q(therapist__in=supervised(caller.user_id))
    if caller.has(EVALUATOR):
        seen |= Q(pk__in=_assignments(caller).values("session"))
    return TherapistSession.objects.filter(seen)


def supervised(supervisor_id: Any) -> QuerySet:
    """Returns the ids of the therapists that the supervisor is linked to now."""
    return SupervisorLink.objects.in_force().filter(supervisor=supervisor_id).values("therapist")


def require_a_role(caller: Caller) -> None:
    if not (caller.is_staff or caller.roles & {THERAPIST, SUPERVISOR, EVALUATOR}):
        raise NotAllowed


def require_therapist(user_id: Any) -> None:
    if not get_user_model().objects.filter(pk=user_id, groups__name=THERAPIST).exists():
        raise NotAllowed("Only a therapist holds therapist sessions")


def acting_for(context: AccessContext, field: str, id_text: str | None) -> Any:
    """Returns the id of the user a write is recorded under: the caller, or whom staff name."""
    if id_text is None or id_text == str(context.caller.user_id):
        return context.caller.user_id
    if not context.caller.is_staff:
        raise NotTheCaller(f"{field} must be you", **{field: "Not the signed-in user"})
    named = user_id_of(id_text)
    if not get_user_model().objects.filter(pk=named, is_active=True).exists():
        raise TherapistUnknown("User not found", **{field: "No such user"})
    context.behalf_id = named
    return named


def user_id_of(id_text: str) -> Any:
    """Returns ``id_text`` as a primary key of the user model. Raises ``TherapistUnknown``."""
    try:
        field = get_user_model()._meta.pk
        return field.clean(field.to_python(id_text), None)
    except ValidationError:
        raise TherapistUnknown from None


def _relationships_to(caller: Caller, therapist_id: Any) -> set[Relationship]:
    found = set()
    if caller.is_staff:
        found.add(Relationship.STAFF)
    if caller.has(THERAPIST) and caller.user_id == therapist_id:
        found.add(Relationship.OWN)
    if (
        caller.has(SUPERVISOR)
        and supervised(caller.user_id).filter(therapist=therapist_id).exists()
    ):
        found.add(Relationship.LINKED)
    if (
        caller.has(EVALUATOR)
        and _assignments(caller).filter(session__therapist=therapist_id).exists()
    ):
        found.add(Relationship.ASSIGNED)
    return found


def _require(context: AccessContext, right: Right, found: set[Relationship]) -> None:
    if not found & GRANTED_TO[right]:
        raise NotAllowed
    if right is Right.READ_TEXT and found == {Relationship.STAFF} and not context.reason:
        raise ReasonRequired


def _assignments(caller: Caller) -> QuerySet[EvaluatorAssignment]:
    return EvaluatorAssignment.objects.in_force().filter(evaluator=caller.user_id)


def _uuid(id_text: str) -> UUID:
    """Raises ``TherapistSessionUnknown`` for a text that is no UUID."""
    try:
        return UUID(id_text)
    except ValueError:
        raise TherapistSessionUnknown from None
