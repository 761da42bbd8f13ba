"""Indexes the words and forms in accepted answers, which a judge must not forgive as typos.

The index covers answers and their alternatives, each as a whole and word by word.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from ..grading import normalise
from ..models import Item, KnownForm
from ..models.activity import ItemType
from .lengths import max_length

_MAX_FORM_LENGTH = max_length(KnownForm, "form")
_BATCH = 2000


def index_forms(items: Iterable[Item]) -> None:
    """Adds the forms of ``items``. ``rebuild_forms`` removes those they no longer accept."""
    # Forms are sorted so that concurrent imports cannot deadlock.
    forms = sorted({form for item in items for form in _forms(item)})
    KnownForm.objects.bulk_create(
        [KnownForm(form=form) for form in forms], ignore_conflicts=True, batch_size=_BATCH
    )


@transaction.atomic
def rebuild_forms() -> int:
    """Rebuilds the index from the active items in one transaction; returns its size."""
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
            if form and len(form) <= _MAX_FORM_LENGTH:
                yield form
