"""Seeds therapists in training: their supervisors, evaluators and measured sessions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.models import User
from django.db import transaction

from analytics.models import EvaluatorAssignment, SupervisorLink, TherapistSession
from analytics.recording import progress, sessions, snapshots
from analytics.recording.milestones import ReachedMilestone
from evaluations import recording as evaluations
from sessions_core import clock

SUPERVISED = ("therapist", "therapist3")

# For each therapist the number of sessions, and the points gained from one to the next.
TRAINING = {"therapist": (6, 4.0), "therapist2": (4, 0.5), "therapist3": (5, 2.5)}
SKILLS = {"Active Listening": 58, "Empathy": 64, "Questioning": 49, "Summarising": 45}
EVERY_DAYS = 8
REMARKS = (
    "Gave the client time, and asked before giving advice.",
    "The summary came late; try one after each topic.",
    "Good open questions. Two of them came at once, which left the client to choose.",
)


def seed(users: dict[str, User]) -> str:
    """Creates missing links, and past sessions for each therapist without any."""
    for name in SUPERVISED:
        SupervisorLink.objects.get_or_create(supervisor=users["supervisor"], therapist=users[name])
    made = 0
    for name, (count, gain) in TRAINING.items():
        if not TherapistSession.objects.filter(therapist=users[name]).exists():
            with transaction.atomic():
                made += len(list(_past(users, name, count, gain, clock.now())))
    return f"{made} new therapist sessions"


def _past(
    users: dict[str, User], name: str, count: int, gain: float, now: datetime
) -> Iterator[TherapistSession]:
    random = Random(name)
    for number in range(count):
        began = now - timedelta(days=EVERY_DAYS * (count - number), hours=random.randrange(6))
        with clock.standing_at(began):
            session = sessions.begin(users[name].pk, client_id=f"client-{random.randrange(1, 4)}")
        _measure(session, began, {skill: start + gain * number for skill, start in SKILLS.items()})
        if name in SUPERVISED and number >= count - 2:
            _evaluate(session, users["supervisor"], began, random)
        if name == "therapist" and number == count - 1:
            EvaluatorAssignment.objects.create(evaluator=users["evaluator"], session=session)
            _evaluate(session, users["evaluator"], began, random)
        yield session


def _measure(session: TherapistSession, began: datetime, level: dict[str, float]) -> None:
    """Records 45 minutes, with a snapshot every nine and the metrics at the end."""
    random = Random(f"{session.therapist_id} {began:%j}")
    scores = {skill: round(value + random.uniform(-6, 6), 1) for skill, value in level.items()}
    goal = sum(scores.values()) / len(scores)
    points = [
        (began + timedelta(minutes=9 * step), round(goal * (0.4 + 0.12 * step), 1))
        for step in range(1, 6)
    ]
    ended = began + timedelta(minutes=45)
    said = random.randint(60, 90)
    with clock.standing_at(ended):
        snapshots.add(session, points, [ReachedMilestone("Rapport established", points[1][0])])
        metrics = {
            "total_messages": said,
            "therapist_messages": said * 2 // 5,
            "client_messages": said - said * 2 // 5,
            "session_duration": 2700,
            "active_time": random.randint(2300, 2650),
            "response_time": round(random.uniform(2.5, 6), 1),
            "conversation_flow": round(min(100, goal + random.uniform(0, 15)), 1),
            "skill_scores": scores,
            "milestones_reached": ["Rapport established", "Goals agreed"],
            "last_milestone_at": points[3][0],
        }
        progress.report(session, session.therapist_id, metrics, random.choice(REMARKS))
        sessions.change(session, status="completed", ended_at=ended)


def _evaluate(session: TherapistSession, by: User, began: datetime, random: Random) -> None:
    with clock.standing_at(began + timedelta(days=1)):
        evaluations.write(
            session,
            by.pk,
            rating=random.randint(3, 5),
            feedback=random.choice(REMARKS),
            comments="",
        )
