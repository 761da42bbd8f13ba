"""Lengths of text columns, for checks in Python, because SQLite does not enforce them."""

from typing import cast

from django.db.models import CharField, Model


def max_length(model: type[Model], field: str) -> int:
    """Returns the maximum of characters in the column ``field`` of ``model``."""
    return cast(int, cast(CharField, model._meta.get_field(field)).max_length)
