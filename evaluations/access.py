"""Whose evaluations a caller may read, write and edit."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from analytics.access import (
    Right,
    Standing,
    Visit,
    acting_for,
    confided,
    require_a_role,
    session_for,
    standings,
    visible,
)
from analytics.errors import NotAllowed, ReasonRequired
from analytics.models import TherapistSession
from analytics.roles import EVALUATOR, caller_of

from .errors import EvaluationUnknown, SelfEvaluation
from .models import Evaluation

EVALUATES = {Standing.LINKED, Standing.ASSIGNED}


def session_to_evaluate(
    visit: Visit, session_id: str, evaluator_id_text: str | None
) -> tuple[TherapistSession, Any]:
    """The session and the id of its evaluator: the caller, or whom staff write for.

    Whoever it is must be linked or assigned. Raises ``SelfEvaluation`` where either of them is the
    session's therapist: staff do not have themselves evaluated in another's name.
    """
    evaluator_id = acting_for(visit, "evaluatorId", evaluator_id_text)
    session = session_for(visit, session_id, Right.READ_METRICS, lock=True)
    if session.therapist_id in {evaluator_id, visit.caller.user_id}:
        raise SelfEvaluation
    evaluator = visit.caller if visit.behalf_id is None else caller_of(evaluator_id)
    if not standings(evaluator, session) & EVALUATES:
        raise NotAllowed
    return session, evaluator_id


def evaluation_to_read(visit: Visit, id_text: str) -> Evaluation:
    """Raises ``EvaluationUnknown``, ``NotAllowed``, ``ReasonRequired``."""
    evaluation = _evaluation(visit, id_text)
    session_for(visit, str(evaluation.session_id), Right.READ_TEXT)
    if not readable(visit).filter(pk=evaluation.pk).exists():
        raise NotAllowed
    return evaluation


def evaluation_to_edit(visit: Visit, id_text: str) -> Evaluation:
    """Its author's alone, for as long as the author is linked or assigned. Locked."""
    evaluation = _evaluation(visit, id_text)
    session = session_for(visit, str(evaluation.session_id), Right.READ_METRICS, lock=True)
    author = evaluation.evaluator_id == visit.caller.user_id
    if not author or not standings(visit.caller, session) & EVALUATES:
        raise NotAllowed
    return Evaluation.objects.select_for_update().get(pk=evaluation.pk)


def require_reason(visit: Visit) -> None:
    """For a search over everything: staff must say why."""
    require_a_role(visit.caller)
    if visit.caller.is_staff and not visit.reason:
        raise ReasonRequired


def readable(visit: Visit) -> QuerySet[Evaluation]:
    """Evaluations whose text the caller may read: about itself, of those linked, its own; staff
    with a reason read all.
    """
    caller = visit.caller
    if caller.is_staff and visit.reason:
        return Evaluation.objects.all()
    text = Q(session__therapist__in=confided(caller))
    if caller.has(EVALUATOR):
        text |= Q(evaluator=caller.user_id, session__in=visible(caller))
    return Evaluation.objects.filter(text)


def _evaluation(visit: Visit, id_text: str) -> Evaluation:
    require_a_role(visit.caller)
    try:
        found = Evaluation.objects.filter(pk=UUID(id_text)).first()
    except ValueError:
        found = None
    if found is None:
        raise EvaluationUnknown
    return found
