"""The default judge."""

from collections.abc import Callable

from .nearness import Nearness, near_miss
from .normal import normalise, normalised_accepted
from .question import Judgement, Question

_RIGHT = Judgement(correct=True)
_WRONG = Judgement(correct=False)

# In shorter words nearly every typo is another word (sol/sal, él/el, año/ano).
_MIN_FORGIVEN_LENGTH = 4


class DefaultJudge:
    """Compares letters and accents exactly, ignoring case, spaces and outer punctuation.

    A near miss is wrong, with an explanation. If the activity forgives typos it is correct, unless
    the answer, or one of its words that differ, is itself a form in the catalogue.
    """

    instant = True

    def judge(
        self, question: Question, given: str, known_forms: Callable[[str], bool]
    ) -> Judgement:
        if question.type == "pose":
            return _RIGHT  # poses have no answer
        answer = normalise(given)
        if not answer:
            return _WRONG
        accepted = normalised_accepted(question.answer)
        if answer == accepted:
            return _RIGHT
        others = [normalised_accepted(text) for text in question.alternatives]
        if answer in others:
            return _RIGHT
        nearest = _nearest(answer, [accepted, *others])
        if nearest is None:
            return _WRONG
        forgiven = question.forgive_typos and _forgivable(answer, nearest, known_forms)
        return Judgement(
            correct=forgiven, close=True, difference=nearest.difference, forgiven=forgiven
        )


def _nearest(answer: str, accepted: list[str]) -> Nearness | None:
    misses = [near for text in accepted if text and (near := near_miss(answer, text))]
    return min(misses, key=lambda near: near.rank, default=None)


def _forgivable(answer: str, near: Nearness, known_forms: Callable[[str], bool]) -> bool:
    """Returns whether the miss is a mere typo: long enough, without ñ, and no other word."""
    if near.enye or near.shortest < _MIN_FORGIVEN_LENGTH:
        return False
    return not any(
        known_forms(form) for form in dict.fromkeys((answer, *map(normalise, near.words)))
    )
