"""How long a text may be: as its column says, on the database that would not ask, too."""

from typing import cast

from django.db.models import CharField, Model


def longest(model: type[Model], field: str) -> int:
    """Characters that the text column ``field`` of ``model`` takes."""
    return cast(int, cast(CharField, model._meta.get_field(field)).max_length)
