"""The rows of the bar: who is measured against whom, and by how much it has to be faster."""

from dataclasses import dataclass
from statistics import median

# Rates by contender and connections, a figure for each round.
Rates = dict[tuple[str, int], list[float]]


@dataclass(frozen=True)
class Row:
    contender: str
    peer: str
    connections: int
    least: float


@dataclass(frozen=True)
class Outcome:
    row: Row
    ratios: list[float]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def verdict(self) -> str:
        return "met" if self.ratio >= self.row.least else "missed"


def _lane(peer: str, one: float, sixteen: float, sixty_four: float) -> list[Row]:
    least = {1: one, 16: sixteen, 64: sixty_four}
    return [Row("lane", peer, connections, times) for connections, times in least.items()]


BAR = [
    *_lane("sqlalchemy", 5, 10, 15),
    *_lane("asyncpg", 1.5, 3, 4),
    *_lane("starlette", 1.5, 2, 3),
    Row("views", "sqlalchemy", 16, 2),
    Row("embedded", "sqlalchemy", 16, 2),
]


def outcomes(rates: Rates) -> list[Outcome]:
    """Ratios are taken round by round, so that a slow moment of the machine touches both sides."""
    found = []
    for row in BAR:
        ours = rates.get((row.contender, row.connections), [])
        theirs = rates.get((row.peer, row.connections), [])
        if ours and theirs:
            pairs = zip(ours, theirs, strict=True)
            found.append(Outcome(row, [one / max(other, 0.1) for one, other in pairs]))
    return found
