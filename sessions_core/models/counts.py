"""Numbers that are never below zero."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import GreaterThanOrEqual


class CountField(models.IntegerField):
    """Like ``PositiveIntegerField``, but without a check of its own in the database: its model has
    one ``never_negative`` for all of them.

    Postgres reads the checks of a table from their text again for each statement that writes to
    it, and prepares them one by one; for the twelve of a session and the six of an attempt that
    was a tenth of the time it took about an answer.
    """

    default_validators = [MinValueValidator(0)]


def never_negative(name: str, *fields: str, empty: tuple[str, ...] = ()) -> models.CheckConstraint:
    """One check of all these ``fields``, and of those that may be ``empty``."""
    # SQLite finds no least among values of which one is NULL, and would let all of them pass.
    filled = [Coalesce(field, 0) for field in empty]
    return models.CheckConstraint(
        name=name, condition=GreaterThanOrEqual(Least(*fields, *filled), 0)
    )
