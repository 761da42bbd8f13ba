"""Seeds sixty days of practice, with the lifecycle's functions under a clock that is set back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from sessions_core import clock
from sessions_core.actor import Actor
from sessions_core.lifecycle import answer, end, pause, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Activity, Completion, Dialect, Item, Session
from sessions_core.models.activity import ActivityType

from .learner import HABITS, Habits

ROUTE = "demo"
MAX_WORDS = 12


def seed(users: dict[str, User], activities: list[Activity], now: datetime) -> int:
    """Lets each learner without sessions practise; returns the number of new sessions."""
    library = Library(activities)
    fresh = [
        habits
        for habits in HABITS
        if not Session.objects.filter(user_id=users[habits.name].pk).exists()
    ]
    return sum(Learner(habits, users[habits.name], library).practise(now) for habits in fresh)


class Library:
    """The activities and items, loaded once."""

    def __init__(self, activities: list[Activity]) -> None:
        by_type = {kind: [a for a in activities if a.type == kind] for kind in ActivityType.values}
        self.words = by_type[ActivityType.FLASHCARDS]
        self.exercises = by_type[ActivityType.CONJUGATION]
        self.sequences = by_type[ActivityType.SEQUENCE]
        self.items = {item.pk: item for item in Item.objects.filter(activity__in=activities)}


@dataclass(slots=True)
class Learner:
    habits: Habits
    user: User
    library: Library

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user.pk)

    @transaction.atomic
    def practise(self, now: datetime) -> int:
        """Practises in one transaction, so that a failed run can be repeated."""
        starts = list(self.habits.moments(now))
        for number, (at, progress) in enumerate(starts):
            kind = self.habits.random.random()
            if number == len(starts) - 1 and self.habits.name == "chiara":
                self._words(at, progress, ending="paused")
            elif kind < 0.08 and self.library.sequences:
                self._sequence(at)
            elif kind < 0.2 and self.library.exercises:
                self._single_exercises(at, progress)
            else:
                self._words(at, progress, ending=self._ending())
        return Session.objects.filter(user_id=self.user.pk).count()

    def _ending(self) -> str:
        kind = self.habits.random.random()
        return "cancelled" if kind < 0.06 else "expired" if kind < 0.1 else "completed"

    def _words(self, at: datetime, progress: float, ending: str) -> None:
        random = self.habits.random
        activities = self.library.words + self.library.exercises
        wishes = start.Wishes(
            activity_id=random.choice(activities[: 3 + round(progress * len(activities))]).pk,
            item_count=random.randint(6, MAX_WORDS),
            time_limit=60 if ending == "expired" else random.choice([None, None, 600]),
            zone=self.habits.zone,
        )
        with clock.standing_at(at):
            session = start.start(self.actor, Dialect.PORTAL, wishes)
        plan = session.plan.item_ids
        answered = plan if ending in ("completed", "expired") else plan[: len(plan) // 2]
        for item_id in answered:
            at = self._answer(session, self.library.items[item_id], at, progress)
            if session.deadline_at and ending == "expired" and at > session.deadline_at:
                break
        self._end(session, at, ending)

    def _end(self, session: Session, at: datetime, ending: str) -> None:
        if session.deadline_at and ending == "expired":
            at = max(at, session.deadline_at) + timedelta(seconds=1)
        with clock.standing_at(at + timedelta(seconds=2)):
            if ending == "cancelled":
                end.cancel(self.actor, session.pk, route=ROUTE)
            elif ending == "paused":
                pause.pause(self.actor, session.pk, route=ROUTE)
            elif ending == "expired":
                end.expire_due_one(session.pk)
            else:
                end.complete(self.actor, session.pk, route=ROUTE)

    def _answer(
        self, session: Session | None, item: Item, at: datetime, progress: float
    ) -> datetime:
        """Answers some seconds after ``at``; returns the time of the answer."""
        seconds = self.habits.seconds()
        at += timedelta(seconds=seconds)
        right = self.habits.knows(item.difficulty, progress)
        submission = Submission(
            actor=self.actor,
            session_id=session.pk if session else None,
            item_id=item.pk,
            answer=item.answer if right else self.habits.wrong_answer(item.answer),
            response_ms=round(seconds * 1000),
            zone=self.habits.zone,
        )
        with clock.standing_at(at):
            answer.answer([submission])
        return at

    def _single_exercises(self, at: datetime, progress: float) -> None:
        activity = self.habits.random.choice(self.library.exercises)
        items = [item for item in self.library.items.values() if item.activity_id == activity.pk]
        for item in self.habits.random.sample(items, min(3, len(items))):
            at = self._answer(None, item, at, progress)

    def _sequence(self, at: datetime) -> None:
        activity = self.habits.random.choice(self.library.sequences)
        wishes = start.Wishes(activity_id=activity.pk, zone=self.habits.zone)
        with clock.standing_at(at):
            session = start.start(self.actor, Dialect.PRACTICE, wishes)
        poses = [self.library.items[item_id] for item_id in session.plan.item_ids]
        whole = self.habits.random.random() < 0.75
        completed = len(poses) if whole else len(poses) // 2
        seconds = sum(pose.duration_seconds or 0 for pose in poses[:completed]) + 5 * completed
        with clock.standing_at(at + timedelta(seconds=seconds)):
            end.complete(
                self.actor,
                session.pk,
                route=ROUTE,
                completion=Completion.COMPLETED if whole else Completion.PARTIAL,
                claimed_seconds=seconds,
                poses_completed=completed,
            )
