"""The bars: how fast the product has to be, and against what. Every measurement has its bars here.

Once they are met, nobody tunes further: complexity has to pay for itself by one of these figures.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """``contender`` has to give at least ``least`` times as many answers a second as ``peer``."""

    contender: str
    peer: str
    connections: int
    least: float


def _fast_path(peer: str, one: float, sixteen: float, sixty_four: float) -> list[Row]:
    least = {1: one, 16: sixteen, 64: sixty_four}
    return [Row("project", peer, connections, times) for connections, times in least.items()]


ANSWERS = [
    *_fast_path("sqlalchemy", 4.5, 10, 15),
    *_fast_path("go", 0.4, 0.9, 1.15),
    *_fast_path("asyncpg", 1.1, 2.5, 3.8),
    *_fast_path("starlette", 0.85, 1.9, 2.8),
    Row("views", "sqlalchemy", 16, 1.8),
    Row("embedded", "sqlalchemy", 16, 2),
]

# At least so many times the rate of FastAPI + SQLAlchemy.
OPERATIONS = {"start": 2.0, "complete": 1.5, "history": 2.0, "details": 2.0}

# At most so many times the milliseconds in the smaller database, session or history.
GROWTH_OF_ANSWERS, GROWTH_OF_READS = 1.1, 1.5

# At most so many MiB in a million answers; seconds from `make run` to the first answer.
MEMORY_MIB, START_SECONDS = 10, 3.0

# At least so many times the rate of the library, and that of group_send. The 99th percentile of an
# answer is at least so many times that of its event, which is not to come later.
OF_LIBRARY, OF_GROUP_SEND, ANSWER_TO_EVENT = 0.5, 10, 1
