"""Computes how far several evaluators agree, as intraclass correlation.

ICC(2,1) and ICC(2,k) of Shrout & Fleiss (1979), "Intraclass correlations: uses in assessing rater
reliability", Psychological Bulletin 86(2), 420-428: each session rated by the same evaluators, both
taken as random. McGraw & Wong (1996), Psychological Methods 1(1), 30-46, call them ICC(A,1) and
ICC(A,k), two-way random, absolute agreement. One session alone has no variance between sessions to
compare with, so the coefficient is over all sessions that the same evaluators rated and the reader
may read about.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django.db.models import QuerySet

from analytics.models import TherapistSession

from .models import Evaluation

MAX_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class Correlation:
    """``single`` is for one evaluator's rating, ``average`` for the mean of all. At most 1."""

    single: float
    average: float


def correlation(ratings: Sequence[Sequence[float]]) -> Correlation | None:
    """Correlates ratings, with a row for each session and a column for each evaluator.

    Returns ``None`` if there is no variance or there are too few rows.
    """
    n, k = len(ratings), len(ratings[0]) if ratings else 0
    if n < 2 or k < 2:
        return None
    grand = fmean(rating for row in ratings for rating in row)
    rows = [fmean(row) for row in ratings]
    columns = [fmean(row[j] for row in ratings) for j in range(k)]
    between = k * sum((mean - grand) ** 2 for mean in rows) / (n - 1)
    raters = n * sum((mean - grand) ** 2 for mean in columns) / (k - 1)
    residual = sum(
        (ratings[i][j] - rows[i] - columns[j] + grand) ** 2 for i in range(n) for j in range(k)
    )
    error = residual / ((n - 1) * (k - 1))
    single_over = between + (k - 1) * error + k * (raters - error) / n
    average_over = between + (raters - error) / n
    if single_over <= 1e-12 or average_over <= 1e-12:
        return None
    return Correlation((between - error) / single_over, (between - error) / average_over)


def agreement(session: TherapistSession, readable: QuerySet[Evaluation]) -> dict[str, Any] | None:
    """Returns the agreement of the evaluators of ``session``; ``None`` for fewer than two.

    Only ``readable`` evaluations count, because a coefficient over sessions that the reader may not
    see would reveal something about their ratings.
    """
    own = _newest_ratings(readable.filter(session=session))[session.pk]
    if len(own) < 2:
        return None
    ratings = _rated_by_all(sorted(own), readable)
    found = correlation(ratings)
    return {
        "evaluators": len(own),
        "meanRating": round(fmean(own.values()), 2),
        "ratingRange": max(own.values()) - min(own.values()),
        "model": "ICC(2,1)",
        "sessions": len(ratings),
        "insufficientData": found is None,
        "icc": None if found is None else round(found.single, 4),
        "iccAverage": None if found is None else round(found.average, 4),
    }


def _rated_by_all(evaluators: list[Any], readable: QuerySet[Evaluation]) -> list[list[float]]:
    rows = readable.filter(evaluator__in=evaluators)
    rated = [by for by in _newest_ratings(rows).values() if len(by) == len(evaluators)]
    return [[by[evaluator] for evaluator in evaluators] for by in rated[-MAX_SESSIONS:]]


def _newest_ratings(rows: Any) -> dict[Any, dict[Any, float]]:
    """Returns {session: {evaluator: newest rating}}, sessions in the order of first evaluation."""
    found: dict[Any, dict[Any, float]] = defaultdict(dict)
    known = rows.filter(evaluator__isnull=False).order_by("created_at", "id")
    for session_id, evaluator_id, rating in known.values_list("session", "evaluator", "rating"):
        found[session_id][evaluator_id] = rating
    return found
