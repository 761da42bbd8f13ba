"""Simulates a learner of the demo: when it practises, and how well."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAYS = 60


@dataclass(slots=True)
class Habits:
    """``daily_chance`` is of practising on a day, ``skill`` of a right answer in the beginning."""

    name: str
    zone: str
    daily_chance: float
    skill: float
    hour: int
    random: Random = field(default_factory=Random)

    def moments(self, now: datetime) -> Iterator[tuple[datetime, float]]:
        """Yields starts of sessions in the last ``DAYS`` days, and the share of them passed."""
        self.random.seed(self.name)
        today = now.astimezone(ZoneInfo(self.zone)).replace(minute=0, second=0, microsecond=0)
        for ago in range(DAYS, 0, -1):
            if self.random.random() < self.daily_chance:
                day = (today - timedelta(days=ago)).replace(hour=self.hour)
                yield day + timedelta(minutes=self.random.randrange(150)), 1 - ago / DAYS

    def knows(self, difficulty: str, progress: float) -> bool:
        """Returns whether the next answer is right; chances grow over the weeks."""
        effort = {"easy": 0.1, "medium": 0.0, "hard": -0.15}[difficulty]
        return self.random.random() < min(0.97, self.skill + effort + 0.25 * progress)

    def seconds(self) -> float:
        """Returns how long an answer takes, mostly two to eight seconds."""
        return round(min(45.0, self.random.lognormvariate(1.4, 0.5)), 1)

    def wrong_answer(self, answer: str) -> str:
        """Returns what a learner might write instead of ``answer``."""
        kind = self.random.random()
        if kind < 0.35:
            bare = unicodedata.normalize("NFD", answer)
            bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
            if bare != answer:
                return bare
        if kind < 0.6 and len(answer) > 3:
            place = self.random.randrange(1, len(answer))
            return answer[:place] + answer[place + 1 :]
        return "" if kind < 0.8 else self.random.choice(["no sé", "algo", "tal vez", "cosa"])


HABITS = (
    Habits("learner", "Europe/Madrid", daily_chance=0.4, skill=0.62, hour=18),
    Habits("learner2", "Europe/London", daily_chance=0.2, skill=0.5, hour=7),
    Habits("learner3", "America/New_York", daily_chance=0.15, skill=0.75, hour=12),
    Habits("ana", "Europe/Lisbon", daily_chance=0.55, skill=0.7, hour=8),
    Habits("bruno", "America/Sao_Paulo", daily_chance=0.3, skill=0.45, hour=20),
    Habits("chiara", "Europe/Rome", daily_chance=0.35, skill=0.6, hour=13),
    Habits("dmitri", "Asia/Tbilisi", daily_chance=0.2, skill=0.55, hour=21),
)
