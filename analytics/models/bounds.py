"""Bounds of values that columns and serializers share."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q

SCORE = [MinValueValidator(0.0), MaxValueValidator(100.0)]
MAX_COUNT = 1_000_000
MAX_SECONDS = 31 * 24 * 3600
NAME_LENGTH = 100


def within_100(column: str) -> Q:
    return Q(**{f"{column}__gte": 0, f"{column}__lte": 100})
