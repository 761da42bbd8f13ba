"""Exports and erases the evaluations about a person and those that the person wrote."""

from typing import Any

from django.db.models import Q

from sessions_core.personal_data import PersonalDataHandler, Rows, delete, table
from sessions_core.personal_data import register as register_handler

from .models import Evaluation, EvaluationVersion


def _export(user_id: Any) -> dict[str, Rows]:
    return {
        **table(Evaluation.objects.filter(Q(session__therapist=user_id) | Q(evaluator=user_id))),
        **table(
            EvaluationVersion.objects.filter(
                Q(evaluation__session__therapist=user_id) | Q(evaluation__evaluator=user_id)
            )
        ),
    }


def _erase(user_id: Any) -> dict[str, int]:
    """Deletes the evaluations about the person.

    Those that the person wrote belong to another's record, so they stay without the name.
    """
    counts = delete(Evaluation.objects.filter(session__therapist=user_id))
    Evaluation.objects.filter(evaluator=user_id).update(evaluator=None)
    EvaluationVersion.objects.filter(replaced_by=user_id).update(replaced_by=None)
    return counts


def register() -> None:
    register_handler("evaluations", PersonalDataHandler(_export, _erase))
