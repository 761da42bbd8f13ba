"""How a session's items went, item by item."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from ..models import Attempt
from .scoring import success_rate


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The attempts at one item within one session. Its later ones had seen the answer."""

    item_id: int
    prompt: str
    answer: str
    attempts: int
    correct: int
    first_correct: bool
    first_at: datetime
    first_seq: int
    last_seq: int

    @property
    def is_mastered(self) -> bool:
        """Never missed in this session."""
        return self.correct == self.attempts

    @property
    def success_rate(self) -> float:
        return success_rate(self.correct, self.attempts)


def of_session(session_id: int) -> list[ItemResult]:
    """One result for each item answered, in the order of the latest attempt."""
    attempts = Attempt.objects.filter(session_id=session_id).order_by()
    sums = attempts.values_list("item_id").annotate(
        tried=Count("seq"),
        right=Count("seq", filter=Q(correct=True)),
        first=Min("seq"),
        last=Max("seq"),
    )
    tried = sorted(sums, key=lambda row: row[-1])
    firsts = attempts.filter(seq__in=[first for *_, first, _ in tried])
    columns = ("item_id", "item__prompt", "item__answer", "correct", "created_at")
    shown = {row[0]: row[1:] for row in firsts.values_list(*columns)}
    results = []
    for item_id, count, correct, first, last in tried:
        prompt, answer, first_correct, first_at = shown[item_id]
        results.append(
            ItemResult(
                item_id, prompt, answer, count, correct, first_correct, first_at, first, last
            )
        )
    return results
