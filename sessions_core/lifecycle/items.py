"""Look-ups of the answer verb: items, plans, known forms."""

from collections.abc import Iterable
from functools import lru_cache

from ..models import Item, KnownForm, Plan
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


def load(ids: Iterable[int]) -> dict[int, ItemFacts]:
    """The items with these ids, by id, in one query; unknown ids are absent."""
    rows = Item.objects.filter(pk__in=set(ids)).order_by().values_list(*COLUMNS)
    return {row[0]: ItemFacts(*row[:4], tuple(row[4]), *row[5:]) for row in rows}


@lru_cache(maxsize=4096)
def plan_of(session_id: int, seed: int) -> tuple[int, ...]:
    """The planned item ids, in order.

    Written once with the session, so a process may remember them; the session's seed in the key
    tells apart a session that was rolled back from a later one under the same id.
    """
    ids = Plan.objects.filter(pk=session_id).values_list("item_ids", flat=True).first()
    return tuple(ids or ())


def is_known_form(form: str) -> bool:
    """Whether some item of the catalogue accepts the normalised ``form``."""
    return KnownForm.objects.filter(pk=form).exists()
