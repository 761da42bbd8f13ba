"""Writes and edits evaluations. Callers have a transaction open, which covers the word index."""

from typing import Any

from analytics.crypto.index import digests
from analytics.models import TherapistSession
from sessions_core.clock import now

from .models import Evaluation, EvaluationVersion, EvaluationWord


def write(
    session: TherapistSession, evaluator_id: Any, *, rating: int, feedback: str, comments: str
) -> Evaluation:
    at = now()
    evaluation = Evaluation.objects.create(
        session=session,
        evaluator_id=evaluator_id,
        rating=rating,
        feedback=feedback,
        comments=comments,
        created_at=at,
        updated_at=at,
    )
    index(evaluation)
    return evaluation


def edit(evaluation: Evaluation, editor_id: Any, changes: dict[str, Any]) -> None:
    """Applies ``changes`` (rating, feedback, comments) and keeps the earlier version."""
    at = now()
    EvaluationVersion.objects.create(
        evaluation=evaluation,
        version=evaluation.version,
        rating=evaluation.rating,
        feedback=evaluation.feedback,
        comments=evaluation.comments,
        replaced_by_id=editor_id,
        replaced_at=at,
    )
    for name, value in changes.items():
        setattr(evaluation, name, value)
    evaluation.version += 1
    evaluation.updated_at = at
    evaluation.save()
    index(evaluation)


def index(evaluation: Evaluation) -> None:
    """Rebuilds the word index of the evaluation under the newest key."""
    EvaluationWord.objects.filter(evaluation=evaluation).delete()
    EvaluationWord.objects.bulk_create(
        EvaluationWord(evaluation=evaluation, digest=digest)
        for digest in digests(indexed_text(evaluation))
    )


def indexed_text(evaluation: Evaluation) -> str:
    return f"{evaluation.feedback}\n{evaluation.comments}"
