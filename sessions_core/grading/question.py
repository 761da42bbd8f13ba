"""What a judge is asked and what it says."""

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
    """The verdict on one answer.

    ``close``: a near miss. ``difference`` then says what differs, ``accent: "adios" for "adiós"``.
    A near miss is wrong unless it was ``forgiven``.
    """

    correct: bool
    close: bool = False
    difference: str | None = None
    forgiven: bool = False


class Judge(Protocol):
    """One that waits for nothing and asks nobody but ``known_forms`` may say so by an attribute
    ``instant = True``. Its answers are judged on the server's event loop; the others' in threads.
    """

    def judge(
        self, question: Question, given: str, known_forms: Callable[[str], bool]
    ) -> Judgement:
        """``known_forms`` tells whether a normalised text is a word or form of the catalogue.

        It may cost a query, so ask it only where the verdict hangs on it.
        """
        ...
