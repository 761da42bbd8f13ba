"""No count is ever below zero, whoever writes it."""

import pytest
from django.db import IntegrityError, transaction

from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Attempt, Session
from sessions_core.models.counts import CountField

from .builders import actor_of, learner, vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _answered() -> None:
    actor = actor_of(learner())
    session = start(actor, "portal", Wishes(activity_id=vocabulary().pk))
    item_id = session.plan.item_ids[0]
    answer([Submission(actor, session.pk, item_id, "hola", 1000)])


COUNTS = [
    (model, field.name)
    for model in (Session, Attempt)
    for field in model._meta.fields
    if isinstance(field, CountField)
]


def test_all_of_them_are_watched() -> None:
    assert len(COUNTS) == 11 + 6


@pytest.mark.parametrize(("model", "name"), COUNTS)
def test_the_database_refuses_a_count_below_zero(model, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**{name: -1})
    assert model.objects.update(**{name: 0}) == 1
