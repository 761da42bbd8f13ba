"""The interface of a judge: its input, its result and its method."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Question(NamedTuple):
    """The accepted answers of one item, with the typo policy of its activity."""

    item_id: int
    type: str
    answer: str
    alternatives: tuple[str, ...]
    forgive_typos: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result for one answer.

    ``close`` is a near miss, and ``difference`` then describes it: ``accent: "adios" for "adiós"``.
    A near miss is wrong unless it was ``forgiven``.
    """

    correct: bool
    close: bool = False
    difference: str | None = None
    forgiven: bool = False


class Judge(Protocol):
    """A judge that does no I/O except ``known_forms`` may set an attribute ``instant = True``.

    It is then called on the server's event loop instead of in a thread.
    """

    def judge(
        self, question: Question, given: str, known_forms: Callable[[str], bool]
    ) -> Judgement:
        """Judges the answer ``given``.

        ``known_forms`` returns whether a normalised text is a form in the catalogue. It may cost a
        query, so call it only if the result depends on it.
        """
        ...
