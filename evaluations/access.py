"""Access control of evaluations: who may read, write and edit which."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from analytics.access import (
    AccessContext,
    Relationship,
    Right,
    acting_for,
    may_see_clients_of,
    relationships,
    require_a_role,
    session_for,
    visible,
)
from analytics.errors import NotAllowed, ReasonRequired
from analytics.models import TherapistSession
from analytics.roles import EVALUATOR, caller_of

from .errors import EvaluationUnknown, SelfEvaluation
from .models import Evaluation

MAY_EVALUATE = {Relationship.LINKED, Relationship.ASSIGNED}


def session_to_evaluate(
    context: AccessContext, session_id: str, evaluator_id_text: str | None
) -> tuple[TherapistSession, Any]:
    """Returns the session, and the id of its evaluator: the caller, or whom staff write for.

    The evaluator must be linked or assigned. Raises ``SelfEvaluation`` if the evaluator or the
    caller is the session's therapist, so that staff cannot evaluate themselves in another's name.
    """
    evaluator_id = acting_for(context, "evaluatorId", evaluator_id_text)
    session = session_for(context, session_id, Right.READ_METRICS, lock=True)
    if session.therapist_id in {evaluator_id, context.caller.user_id}:
        raise SelfEvaluation
    evaluator = context.caller if context.behalf_id is None else caller_of(evaluator_id)
    if not relationships(evaluator, session) & MAY_EVALUATE:
        raise NotAllowed
    return session, evaluator_id


def evaluation_to_read(context: AccessContext, id_text: str) -> Evaluation:
    """Returns an evaluation. Raises ``EvaluationUnknown``, ``NotAllowed``, ``ReasonRequired``."""
    evaluation = _evaluation(context, id_text)
    session_for(context, str(evaluation.session_id), Right.READ_TEXT)
    if not readable(context).filter(pk=evaluation.pk).exists():
        raise NotAllowed
    return evaluation


def evaluation_to_edit(context: AccessContext, id_text: str) -> Evaluation:
    """Returns an evaluation, locked, to its author while the author is linked or assigned."""
    evaluation = _evaluation(context, id_text)
    session = session_for(context, str(evaluation.session_id), Right.READ_METRICS, lock=True)
    author = evaluation.evaluator_id == context.caller.user_id
    if not author or not relationships(context.caller, session) & MAY_EVALUATE:
        raise NotAllowed
    return Evaluation.objects.select_for_update().get(pk=evaluation.pk)


def require_reason(context: AccessContext) -> None:
    """Raises ``ReasonRequired`` for staff who search all evaluations without a reason."""
    require_a_role(context.caller)
    if context.caller.is_staff and not context.reason:
        raise ReasonRequired


def readable(context: AccessContext) -> QuerySet[Evaluation]:
    """Returns the evaluations whose text the caller may read.

    These are the ones about itself, about therapists it supervises, and those it wrote. Staff who
    state a reason may read all.
    """
    caller = context.caller
    if caller.is_staff and context.reason:
        return Evaluation.objects.all()
    text = Q(session__therapist__in=may_see_clients_of(caller))
    if caller.has(EVALUATOR):
        text |= Q(evaluator=caller.user_id, session__in=visible(caller))
    return Evaluation.objects.filter(text)


def _evaluation(context: AccessContext, id_text: str) -> Evaluation:
    require_a_role(context.caller)
    try:
        found = Evaluation.objects.filter(pk=UUID(id_text)).first()
    except ValueError:
        found = None
    if found is None:
        raise EvaluationUnknown
    return found
