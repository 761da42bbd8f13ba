"""How a session's items went, item by item."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q

from ..lifecycle.scoring import success_rate
from ..models import Attempt, Session


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The attempts at one item within one session."""

    item_id: int
    prompt: str
    answer: str
    attempts: int
    correct: int

    @property
    def is_mastered(self) -> bool:
        """Never missed in this session."""
        return self.correct == self.attempts

    @property
    def success_rate(self) -> float:
        return success_rate(self.correct, self.attempts)


def of_session(session: Session) -> list[ItemResult]:
    """One result for each item answered, in the order of the latest attempt."""
    rows = (
        Attempt.objects.filter(session=session)
        .order_by()
        .values_list("item_id", "item__prompt", "item__answer")
        .annotate(
            attempts=Count("seq"),
            correct_attempts=Count("seq", filter=Q(correct=True)),
            latest=Max("seq"),
        )
        .order_by("latest")
    )
    return [ItemResult(*row[:5]) for row in rows]
