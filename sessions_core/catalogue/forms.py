"""The words and forms that the catalogue accepts, for a judge that must not forgive them.

Only the learner's side counts: the answers and their alternatives, whole and word by word.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from ..grading import normalise
from ..models import Item, KnownForm
from ..models.activity import ItemType
from .lengths import longest

_LONGEST = longest(KnownForm, "form")
_BATCH = 2000


def index_forms(items: Iterable[Item]) -> None:
    """Add the forms of ``items``. Forms they no longer accept stay until ``rebuild_forms``."""
    # Sorted, so that two imports at once wait for each other instead of deadlocking.
    forms = sorted({form for item in items for form in _forms(item)})
    KnownForm.objects.bulk_create(
        [KnownForm(form=form) for form in forms], ignore_conflicts=True, batch_size=_BATCH
    )


@transaction.atomic
def rebuild_forms() -> int:
    """Derive all the forms anew from the items in use; returns how many there are.

    Readers see the old ones until it is done.
    """
    KnownForm.objects.all().delete()
    items = Item.objects.filter(is_active=True).only("type", "answer", "alternatives")
    streamed = items.iterator(chunk_size=_BATCH)
    while some := list(islice(streamed, _BATCH)):
        index_forms(some)
    return KnownForm.objects.count()


def _forms(item: Item) -> Iterator[str]:
    if item.type == ItemType.POSE:
        return
    for text in (item.answer, *item.alternatives):
        whole = normalise(text)
        for form in (whole, *(normalise(word) for word in whole.split())):
            if form and len(form) <= _LONGEST:
                yield form
