"""What is keyed by a session can be partitioned by a hash of it."""

import asyncio
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from sessions_core.fast import answers, serving
from sessions_core.fast.batcher import Job
from sessions_core.lifecycle import end
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Attempt

from .builders import actor_of, learner, vocabulary

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

TABLES = ("attempt", "transition", "seenitem", "plan")
_PARTITION = """
ALTER TABLE sessions_core_{name} RENAME TO whole_{name};
CREATE TABLE sessions_core_{name} (LIKE whole_{name} INCLUDING ALL) PARTITION BY HASH (session_id);
"""
_PART = """
CREATE TABLE part_{name}_{number} PARTITION OF sessions_core_{name}
    FOR VALUES WITH (MODULUS 4, REMAINDER {number});
"""
_WHOLE = "DROP TABLE sessions_core_{name}; ALTER TABLE whole_{name} RENAME TO sessions_core_{name};"


@pytest.fixture
def _partitioned(transactional_db):
    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            for name in TABLES:
                for statement in statements:
                    for number in range(4) if "{number}" in statement else (0,):
                        cursor.execute(statement.format(name=name, number=number))

    run(_PARTITION, _PART)
    yield
    run(_WHOLE)


@pytest.mark.usefixtures("_partitioned")
def test_a_session_is_practised_in_partitions() -> None:
    actor, activity = actor_of(learner()), vocabulary()
    for _ in range(6):
        session = start(actor, "portal", Wishes(activity_id=activity.pk, item_count=5))
        first, second, third = session.plan.item_ids[:3]
        by_verb = Submission(actor, session.pk, first, "hola", 1000, key=uuid4())
        (verdict,) = answer([by_verb])
        (again,) = answer([by_verb])
        assert again == verdict._replace(replayed=True)
        by_statement = [
            Submission(actor, session.pk, item, "hola", 1000, key=uuid4())
            for item in (second, third)
        ]
        assert [result.seq for result in asyncio.run(recorded(by_statement))] == [2, 3]
        end.complete(actor, session.pk, route="test")
    free = start(actor, "exercises", Wishes())
    answer([Submission(actor, free.pk, first, "hola", 1000)])
    assert Attempt.objects.count() == 19
    report = StringIO()
    call_command("verify_stats", stdout=report)
    assert "recounted" not in report.getvalue()


async def recorded(submissions: list[Submission]) -> list:
    answers.forget()
    server = serving.current()
    try:
        jobs = [Job("answer", each, each.session_id) for each in submissions]
        for job in jobs:
            assert await server.do(job)
        return [job.result for job in jobs]
    finally:
        await serving.close()
