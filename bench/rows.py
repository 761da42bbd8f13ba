"""What came out of each row of the bar for answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from .bars import ANSWERS, Row

# Rates by contender and connections, a figure for each round.
Rates = dict[tuple[str, int], list[float]]
# Why a contender could not run here, by its name.
Absent = Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """``ratios``: one for each round; none where a side is ``absent``, which says why."""

    row: Row
    ratios: list[float]
    absent: str = ""

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def verdict(self) -> str:
        if self.absent:
            return f"not run: {self.absent}"
        return "met" if self.ratio >= self.row.least else "missed"


def outcomes(rates: Rates, absent: Absent) -> list[Outcome]:
    """Ratios are taken round by round, so that a slow moment of the machine touches both sides.

    A row of which one side was not asked for is left out, one of an absent contender is not.
    """
    found = []
    for row in ANSWERS:
        why = absent.get(row.contender) or absent.get(row.peer)
        ours = rates.get((row.contender, row.connections), [])
        theirs = rates.get((row.peer, row.connections), [])
        if why:
            found.append(Outcome(row, [], why))
        elif ours and theirs:
            pairs = zip(ours, theirs, strict=True)
            found.append(Outcome(row, [one / max(other, 0.1) for one, other in pairs]))
    return found
