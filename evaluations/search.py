"""Searches encrypted texts by the keyed digests of their words."""

from django.db.models import Exists, OuterRef, QuerySet

from analytics.crypto.index import query_digests

from .models import Evaluation, EvaluationWord


def matching(rows: QuerySet[Evaluation], text: str) -> QuerySet[Evaluation]:
    """Filters ``rows`` by texts with every word of ``text``, in any English inflection."""
    for word in query_digests(text):
        with_word = EvaluationWord.objects.filter(evaluation=OuterRef("pk"), digest__in=word)
        rows = rows.filter(Exists(with_word))
    return rows
