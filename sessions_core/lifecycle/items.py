"""What the answer verb reads of the catalogue."""

from collections.abc import Collection

from ..models import Item, KnownForm
from .submission import ItemFacts

COLUMNS = (
    "id",
    "type",
    "prompt",
    "answer",
    "alternatives",
    "explanation",
    "duration_seconds",
    "is_active",
    "activity__forgive_typos",
)


def load(ids: Collection[int]) -> dict[int, ItemFacts]:
    """The items with these ids, by id, in one query; unknown ids are absent."""
    if not ids:
        return {}
    rows = Item.objects.filter(pk__in=ids).order_by().values_list(*COLUMNS)
    return {row[0]: ItemFacts(*(*row[:4], tuple(row[4]), *row[5:])) for row in rows}


def is_known_form(form: str) -> bool:
    """Whether some item of the catalogue accepts the normalised ``form``."""
    return KnownForm.objects.filter(pk=form).exists()
