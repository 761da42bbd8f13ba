"""The judge that ships."""

from collections.abc import Callable

from .nearness import Nearness, near_miss
from .normal import normalise, normalised_accepted
from .question import Judgement, Question

_RIGHT = Judgement(correct=True)
_WRONG = Judgement(correct=False)

# In words of three letters nearly every slip is another word (sol/sal, él/el, año/ano).
_SHORTEST_FORGIVEN = 4


class DefaultJudge:
    """Exact in letters and accents, blind to case, spaces and outer punctuation.

    A near miss is wrong and explained. Where the activity forgives typos it counts, unless what
    was typed is itself a word or form of the catalogue, or a whole word of it is.
    """

    instant = True

    def judge(
        self, question: Question, given: str, known_forms: Callable[[str], bool]
    ) -> Judgement:
        if question.type == "pose":
            return _RIGHT  # held, not answered
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
    """Whether the miss is a mere slip: long enough, no ñ in play, and no other word."""
    if near.enye or near.shortest < _SHORTEST_FORGIVEN:
        return False
    return not any(
        known_forms(form) for form in dict.fromkeys((answer, *map(normalise, near.words)))
    )
