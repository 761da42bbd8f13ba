"""Creates sessions for the tests, and the addresses of their pages."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from sessions_core import clock
from sessions_core.lifecycle import answer, end, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Item, Session, StaffAccess

from ..builders import actor_of, learner


def practised(number: int, activity: Any, staff: Any) -> Session:
    """Creates a learner with a completed session that staff have viewed once."""
    user = learner(f"learner{number}")
    at = timezone.now() - timedelta(days=2, minutes=number)
    with clock.standing_at(at):
        session = start.start(actor_of(user), "portal", start.Wishes(activity_id=activity.pk))
        give(user, session, session.plan.item_ids[:3])
    with clock.standing_at(at + timedelta(minutes=4)):
        end.complete(actor_of(user), session.pk, route="test")
    StaffAccess.objects.create(staff=staff, session=session, route="test")
    return session


def give(user: Any, session: Session, item_ids: list[int]) -> None:
    """Answers these items correctly."""
    right = dict(Item.objects.values_list("pk", "answer"))
    answer.answer(
        [
            Submission(actor_of(user), session.pk, item_id, right[item_id], response_ms=1500)
            for item_id in item_ids
        ]
    )


def page(model: str, name: str = "changelist", *args: object) -> str:
    return reverse(f"admin:sessions_core_{model}_{name}", args=args)
