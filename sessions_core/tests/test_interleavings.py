"""Whatever the order in which clients answer, pause, resume and end, every figure adds up."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_core.errors import SessionError
from sessions_core.lifecycle import end, pause
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Attempt, Session

from .builders import actor_of, learner, vocabulary

SESSIONS = 5
VERBS = ("answer", "answer", "answer", "miss", "pause", "resume", "complete", "cancel", "wait")
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, SESSIONS - 1), st.integers(0, 9)),
    max_size=60,
)


def begin(actor, activity, number):
    """Planned and unplanned sessions, with and without a limit, in different zones."""
    zone = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")[number % 3]
    limit = 60 if number % 2 else None
    wishes = Wishes(zone=zone, time_limit=limit)
    if number != 4:
        wishes = Wishes(activity_id=activity.pk, item_count=5, zone=zone, time_limit=limit)
    return start(actor, "portal", wishes)


def step(verb, actor, session, items, number):
    if verb in {"answer", "miss"}:
        item = items[number]
        text = item.answer if verb == "answer" else "no idea"
        answer([Submission(actor, session.pk, item.pk, text, 100 * number)])
    elif verb == "pause":
        pause.pause(actor, session.pk, route="test", claimed_seconds=number or None)
    elif verb == "resume":
        pause.resume(actor, session.pk, route="test")
    elif verb == "complete":
        end.complete(actor, session.pk, route="test", claimed_seconds=number or None)
    elif verb == "cancel":
        end.cancel(actor, session.pk, route="test")


@pytest.mark.django_db
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_interleaving_drifts(steps):
    number = Session.objects.count()
    actor = actor_of(learner(f"learner{number}"))
    activity = vocabulary(key=f"words{number}")
    items = list(activity.items.all())
    with time_machine.travel(datetime(2025, 3, 30, 0, 30, tzinfo=UTC), tick=False) as clock:
        sessions = [begin(actor, activity, number) for number in range(SESSIONS)]
        for verb, which, number in steps:
            clock.shift(timedelta(seconds=7 * number))
            try:
                step(verb, actor, sessions[which], items, number)
            except SessionError:
                continue  # Refused, as an ended or paused session must.
        call_command("verify_stats", user=actor.user_id)


@pytest.mark.django_db(transaction=True)
def test_no_race_between_clients_drifts():
    actor = actor_of(learner())
    activity = vocabulary()
    items = list(activity.items.all())
    sessions = [begin(actor, activity, number % SESSIONS) for number in range(20)]

    def client(seed):
        chance = random.Random(seed)
        try:
            for _ in range(60):
                try:
                    verb, session = chance.choice(VERBS), chance.choice(sessions)
                    step(verb, actor, session, items, chance.randrange(10))
                except SessionError:
                    continue
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    call_command("verify_stats")
    assert Attempt.objects.exists()
    ended = Session.objects.exclude(ended_at=None)
    late = [s for s in ended if s.attempts.filter(created_at__gt=s.ended_at).exists()]
    assert late == []
