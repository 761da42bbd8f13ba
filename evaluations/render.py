"""Renders evaluations as JSON of the API."""

from typing import Any

from analytics.render import instant, person

from .models import Evaluation, EvaluationVersion


def evaluation_entry(row: Evaluation) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "sessionId": str(row.session_id),
        "feedback": row.feedback,
        "evaluatorId": person(row.evaluator_id),
        "rating": row.rating,
        "comments": row.comments,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "version": row.version,
    }


def version_entry(row: EvaluationVersion) -> dict[str, Any]:
    return {
        "version": row.version,
        "feedback": row.feedback,
        "rating": row.rating,
        "comments": row.comments,
        "replacedAt": instant(row.replaced_at),
    }
