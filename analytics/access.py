"""The one door to a therapist's record: load it, settle the caller's standing, note whose it is.

Each right names the standings that hold it; the table is the role table of the product. What is
unknown is a 404, what is not the caller's a 403, and who has no role here learns of neither.
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


class Standing(Enum):
    """What the caller is to a record."""

    OWN = auto()
    LINKED = auto()
    ASSIGNED = auto()
    STAFF = auto()


class Right(Enum):
    READ_METRICS = auto()
    WRITE_METRICS = auto()
    READ_TEXT = auto()


# Staff write on somebody's behalf, and read text for a stated reason only. An evaluator's right to
# text is to what it wrote itself; ``reads_all_text`` tells it from the others'.
HOLDERS: dict[Right, frozenset[Standing]] = {
    Right.READ_METRICS: frozenset(Standing),
    Right.WRITE_METRICS: frozenset({Standing.OWN, Standing.STAFF}),
    Right.READ_TEXT: frozenset(Standing),
}


@dataclass
class Visit:
    """One call: who, and what the door notes for the audit while the call is served."""

    caller: Caller
    reason: str = ""
    session_id: UUID | None = None
    subject_id: Any = None
    also_about: frozenset[Any] = frozenset()
    behalf_id: Any = None


def session_for(
    visit: Visit, id_text: str, right: Right, *, lock: bool = False
) -> TherapistSession:
    """The session ``id_text`` names, if the caller holds ``right`` to it.

    ``lock`` takes the row's lock until the transaction ends: every write does. Raises
    ``TherapistSessionUnknown``, ``NotAllowed``, ``ReasonRequired``.
    """
    require_a_role(visit.caller)
    rows = TherapistSession.objects.select_for_update() if lock else TherapistSession.objects
    session = rows.filter(pk=_uuid(id_text)).first()
    if session is None:
        raise TherapistSessionUnknown
    visit.session_id, visit.subject_id = session.pk, session.therapist_id
    _require(visit, right, standings(visit.caller, session))
    return session


def session_to_write(
    visit: Visit, id_text: str, therapist_id_text: str | None = None
) -> TherapistSession:
    """The session, locked, for its own therapist; for staff, on the therapist's behalf."""
    writer = acting_for(visit, "therapistId", therapist_id_text)
    session = session_for(visit, id_text, Right.WRITE_METRICS, lock=True)
    if writer != session.therapist_id and therapist_id_text is not None:
        raise Invalid(therapistId="Not this session's therapist")
    if visit.caller.user_id != session.therapist_id:
        visit.behalf_id = session.therapist_id
    return session


def therapist_for(visit: Visit, id_text: str, right: Right) -> Any:
    """The id of the therapist ``id_text`` names, if the caller holds ``right`` to some of theirs.

    What is then shown must still be narrowed by ``visible``. Raises as ``session_for``.
    """
    require_a_role(visit.caller)
    therapist_id = user_id_of(id_text)
    known = TherapistSession.objects.filter(therapist=therapist_id).exists() or (
        get_user_model().objects.filter(pk=therapist_id, groups__name=THERAPIST).exists()
    )
    if not known:
        raise TherapistUnknown
    visit.subject_id = therapist_id
    _require(visit, right, _standings_to(visit.caller, therapist_id))
    return therapist_id


def standings(caller: Caller, session: TherapistSession) -> set[Standing]:
    """Everything the caller is to ``session`` at this moment."""
    found = _standings_to(caller, session.therapist_id) - {Standing.ASSIGNED}
    if caller.has(EVALUATOR) and _assignments(caller).filter(session=session).exists():
        found.add(Standing.ASSIGNED)
    return found


def confided(caller: Caller) -> set[Any]:
    """Ids of the therapists whose clients and texts are open to the caller: its own and those
    linked.
    """
    own = {caller.user_id} if caller.has(THERAPIST) else set()
    if not caller.has(SUPERVISOR):
        return own
    return own | set(supervised(caller.user_id).values_list("therapist", flat=True))


def reads_all_text(visit: Visit, session: TherapistSession) -> bool:
    """Else the caller reads, if anything, what it wrote itself."""
    if visit.caller.is_staff and visit.reason:
        return True
    return session.therapist_id in confided(visit.caller)


def visible(caller: Caller) -> QuerySet[TherapistSession]:
    """The sessions whose metrics the caller may read."""
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
    """Ids of the therapists linked to a supervisor now."""
    return SupervisorLink.objects.in_force().filter(supervisor=supervisor_id).values("therapist")


def require_a_role(caller: Caller) -> None:
    if not (caller.is_staff or caller.roles & {THERAPIST, SUPERVISOR, EVALUATOR}):
        raise NotAllowed


def require_therapist(user_id: Any) -> None:
    if not get_user_model().objects.filter(pk=user_id, groups__name=THERAPIST).exists():
        raise NotAllowed("Only a therapist holds therapist sessions")


def acting_for(visit: Visit, field: str, id_text: str | None) -> Any:
    """The user a write is by: the caller. Staff may name another, and the audit says so."""
    if id_text is None or id_text == str(visit.caller.user_id):
        return visit.caller.user_id
    if not visit.caller.is_staff:
        raise NotTheCaller(f"{field} must be you", **{field: "Not the signed-in user"})
    named = user_id_of(id_text)
    if not get_user_model().objects.filter(pk=named, is_active=True).exists():
        raise TherapistUnknown("User not found", **{field: "No such user"})
    visit.behalf_id = named
    return named


def user_id_of(id_text: str) -> Any:
    """``id_text`` as the user model's key; ``TherapistUnknown`` where it cannot be one."""
    try:
        field = get_user_model()._meta.pk
        return field.clean(field.to_python(id_text), None)
    except ValidationError:
        raise TherapistUnknown from None


def _standings_to(caller: Caller, therapist_id: Any) -> set[Standing]:
    found = set()
    if caller.is_staff:
        found.add(Standing.STAFF)
    if caller.has(THERAPIST) and caller.user_id == therapist_id:
        found.add(Standing.OWN)
    if (
        caller.has(SUPERVISOR)
        and supervised(caller.user_id).filter(therapist=therapist_id).exists()
    ):
        found.add(Standing.LINKED)
    if (
        caller.has(EVALUATOR)
        and _assignments(caller).filter(session__therapist=therapist_id).exists()
    ):
        found.add(Standing.ASSIGNED)
    return found


def _require(visit: Visit, right: Right, held: set[Standing]) -> None:
    if not held & HOLDERS[right]:
        raise NotAllowed
    if right is Right.READ_TEXT and held == {Standing.STAFF} and not visit.reason:
        raise ReasonRequired


def _assignments(caller: Caller) -> QuerySet[EvaluatorAssignment]:
    return EvaluatorAssignment.objects.in_force().filter(evaluator=caller.user_id)


def _uuid(id_text: str) -> UUID:
    """Any spelling that is no UUID names no session."""
    try:
        return UUID(id_text)
    except ValueError:
        raise TherapistSessionUnknown from None
