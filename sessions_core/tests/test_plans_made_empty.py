"""What was planned while there was nothing yet must hold once there is a lot.

The loop's connections keep their plans until the tables are analysed, which nobody does where
autovacuum is off, and an empty table's whole index costs nothing to read.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction

from sessions_core.lifecycle import completing, finish, remembered, statements
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start, starting
from sessions_core.lifecycle.statements import Asking, Statement
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Activity, Attempt, ItemMemory, Plan, Session
from sessions_core.prepared import numbered

from .builders import actor_of
from .fastlane import worlds
from .steps import watched
from .test_query_plans import nodes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SCANS = {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Seq Scan"}


@pytest.fixture
def user(django_user_model) -> Any:
    worlds.build()
    return django_user_model.objects.get(username="ana")


class Notes:
    """The statements that were asked, by what for."""

    def __init__(self) -> None:
        self.of: dict[str, Statement] = {}

    def run(self, name: str, asking: Asking[Any]) -> Any:
        return statements.resolve(watched(asking, lambda asked: self.note(name, asked)))

    def note(self, name: str, asked: Statement) -> None:
        self.of.setdefault(asked.sql, asked._replace(sql=f"{name}: {asked.sql}"))


def practise(user: Any) -> Notes:
    """Two sessions from their starts to their ends, by statements of their own. Without what a
    scheduler asks to choose, which joins as it likes; the loop plans it anew now and then.
    """
    notes, actor = Notes(), actor_of(user)
    wishes = Wishes(activity_id=Activity.objects.get(key="basic").pk, item_count=20)
    begun = [
        notes.run("start", starting(actor, "portal", wishes, lambda _: None)) for _ in range(2)
    ]
    notes.of = {sql: asked for sql, asked in notes.of.items() if not sql.startswith("WITH due")}
    for group in (begun[:1], begun):
        asked = [Submission(actor, each.pk, each.plan.item_ids[0], "?", 100) for each in group]
        verdicts: list[Any] = []
        notes.run("answer", remembered.recording(asked, verdicts.extend))
        assert len(verdicts) == len(asked)
    for session in begun:
        ending = completing.completing(actor, session.pk, route="test", record=lambda _: None)
        notes.run("complete", ending)
    return notes


def practise_by_locks(user: Any, monkeypatch: pytest.MonkeyPatch) -> Notes:
    """The same by the way that waits, in a thread's connection."""
    notes, actor, run = Notes(), actor_of(user), statements._run
    basic = Activity.objects.get(key="basic").pk

    def noted(sql: str, values: Any, binary: bool) -> list[tuple]:
        notes.note("locks", Statement(sql, values))
        return run(sql, values, binary)

    begun = [start(actor, "portal", Wishes(activity_id=basic, item_count=20)) for _ in range(2)]
    monkeypatch.setattr(statements, "_run", noted)
    with transaction.atomic():
        answer([Submission(actor, s.pk, s.plan.item_ids[0], "?", 100, uuid4()) for s in begun])
    for session in begun:
        finish.complete(actor, session.pk, route="test")
    monkeypatch.undo()
    return notes


def whole_tables(asked: Statement) -> Iterator[str]:
    """The scans in the plan of ``asked`` that nothing bounds."""
    named = numbered(asked.sql.partition(": ")[2])
    values = named.sent(asked.values)
    given = ["NULL" if value is None else f"'{value.decode()}'" for value in values]
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
        cursor.execute(b"PREPARE asked AS " + named.text)
        cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE asked({', '.join(given)})")
        ((plan,),) = cursor.fetchone()
        cursor.execute("DEALLOCATE asked; RESET plan_cache_mode; RESET enable_seqscan")
    for node in nodes(plan["Plan"]):
        if node["Node Type"] in SCANS and "Index Cond" not in node:
            where = node.get("Index Name") or node.get("Relation Name")
            yield f"{where} for {' '.join(asked.sql.split())[:90]}"


@pytest.mark.parametrize("empty", ["all", "what is practised", "attempts"])
@pytest.mark.parametrize("way", ["loop", "locks"])
def test_what_was_planned_while_there_was_nothing_reads_by_key(
    user, way, empty, monkeypatch
) -> None:
    notes = practise(user) if way == "loop" else practise_by_locks(user, monkeypatch)
    models = list(apps.get_app_config("sessions_core").get_models())
    if empty != "all":
        models = [Attempt] if empty == "attempts" else [Session, Plan, Attempt, ItemMemory]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(m._meta.db_table for m in models)} CASCADE")
        cursor.execute("VACUUM ANALYZE")
    found = [scan for asked in notes.of.values() for scan in whole_tables(asked)]
    assert not found, "\n".join(found)
