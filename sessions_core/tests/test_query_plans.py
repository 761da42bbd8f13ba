"""What Postgres does for a learner's reads and verbs, in tables that are well filled: it finds by
index.

EXPLAIN of every statement that one sends, with its values; of those that are prepared, the
generic plan, which is the one the server keeps.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from sessions_core.fast import answers, catalogue, ends, reads, sessions, starts, verifying
from sessions_core.lifecycle import end, events
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Activity, Session
from sessions_core.queries import current
from sessions_core.surfaces.portal.cursor import cursor_after

from .builders import actor_of, client_of, learner, vocabulary

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LEARNERS, SESSIONS, ATTEMPTS = 100, 300, 5
SIDE = "/api/v1/sessions"
BIG = {
    f"sessions_core_{name}"
    for name in ("attempt", "session", "transition", "practiceday", "item", "itemmemory")
}


@pytest.fixture
def ana():
    """One of a hundred learners with 300 sessions each, 150,000 attempts in all."""
    users = [learner(f"learner{number}") for number in range(LEARNERS)]
    activity = vocabulary()
    values = {
        "first": users[0].pk,
        "learners": LEARNERS,
        "all": LEARNERS * SESSIONS,
        "attempts": ATTEMPTS,
        "activity": activity.pk,
        "item": activity.items.first().pk,
    }
    with connection.cursor() as cursor:
        for statement in _FILLING:
            cursor.execute(statement, values if "%" in statement else None)
    return users[LEARNERS // 2]


_FILL_SESSIONS = """
INSERT INTO sessions_core_session (id, user_id, dialect, activity_id, session_type, standalone,
    difficulty, seed, status, completion, started_at, ended_at, active_ms, zone, local_day,
    item_count, answered_count, attempt_count, correct_count, current_streak, best_streak,
    response_ms, mastered_count, last_seq, answered_mask)
SELECT n, %(first)s + n %% %(learners)s, 'portal', %(activity)s, 'practice', false, 'medium', n,
    'completed', 'completed', t, t + interval '1 minute', 60000, 'UTC', t::date, 5, 5, 5, 3, 0, 2,
    5000, 3, 6, '\\x1f'
FROM (SELECT n, now() - interval '5 minutes' * (%(all)s - n) AS t
      FROM generate_series(1, %(all)s) n) AS made
"""
_FILL_ATTEMPTS = """
INSERT INTO sessions_core_attempt (session_id, seq, item_id, answer, correct, close, response_ms,
    created_at, answered_count, attempt_count, correct_count, current_streak)
SELECT n, place, %(item)s + place, 'palabra', place < 4, false, 1000, now(), place, place, 1, 0
FROM generate_series(1, %(all)s) n, generate_series(1, %(attempts)s) place
"""
_FILL_TRANSITIONS = """
INSERT INTO sessions_core_transition (session_id, seq, status, at, active_ms)
SELECT n, 6, 'completed', now(), 60000 FROM generate_series(1, %(all)s) n
"""
_FILL_ITEMS = """
INSERT INTO sessions_core_item (activity_id, key, position, type, prompt, answer, alternatives,
    explanation, tags, difficulty, is_active)
SELECT %(activity)s, 'more ' || n, 100 + n, 'translation', 'more', 'más', '[]', '', '[]', 'medium',
    true
FROM generate_series(1, 5000) n
"""
_FILL_MEMORIES = """
INSERT INTO sessions_core_itemmemory
    (user_id, item_id, activity_id, state, stability, difficulty, due_at, reviewed_at)
SELECT %(first)s + n, id, activity_id, 2, 3, 5, now() + interval '1 hour' * (id %% 50 - 25), now()
FROM generate_series(0, %(learners)s - 1) n, sessions_core_item WHERE key LIKE 'more %%0'
"""
_FILL_DAYS = """
INSERT INTO sessions_core_practiceday
    (user_id, day, started, ended, practised, completed, seconds, attempts, correct)
SELECT user_id, local_day, count(*), count(*), count(*), count(*), 600, 50, 30
FROM sessions_core_session GROUP BY user_id, local_day
"""
_NEXT_SESSION = "SELECT setval(pg_get_serial_sequence('sessions_core_session', 'id'), %(all)s)"
_FILLING = (
    *(_FILL_SESSIONS, _FILL_ATTEMPTS, _FILL_TRANSITIONS, _FILL_DAYS),
    *(_FILL_ITEMS, _FILL_MEMORIES, _NEXT_SESSION, "ANALYZE"),
)


class Reader:
    """Calls a read and explains what it asked."""

    def __init__(self, user: Any) -> None:
        self.user, self.client, self.actor = user, client_of(user), actor_of(user)
        newest_first = Session.objects.filter(user=user).order_by("-started_at")
        self.deep: Session = newest_first[SESSIONS - 20]

    def get(self, address: str) -> Callable[[], None]:
        def call() -> None:
            response = self.client.get(f"{SIDE}{address}")
            assert response.status_code == 200, response.content

        return call

    def reads(self) -> dict[str, Callable[[], object]]:
        cursor, detailed = cursor_after(self.deep), self.deep.public_id
        return {
            "history": self.get("/history"),
            "history, deep by offset": self.get(f"/history?offset={SESSIONS - 20}"),
            "history, deep by cursor": self.get(f"/history?cursor={cursor}"),
            "history of an activity": self.get(f"/history?activity_id={self.deep.activity_id}"),
            "history of days": self.get("/history?from_date=2020-01-01&to_date=2020-02-01"),
            "details": self.get(f"/{detailed}"),
            "stats": self.get("/stats"),
            "calendar": self.get("/calendar"),
            "current": lambda: current.newest_open(self.actor),
            "zone": lambda: current.newest_zone(self.actor),
            "replay": lambda: events.replay(self.deep.pk, 2, 100),
        }


def asked(read: Callable[[], object], *kinds: str) -> list[tuple[str, Any, bool]]:
    """Text, values and whether it is prepared, of each SELECT, or each of ``kinds``, sent."""
    found: list[tuple[str, Any, bool]] = []

    def note(execute: Callable, sql: str, values: Any, many: bool, context: dict) -> Any:
        if sql.lstrip().upper().startswith(kinds or ("SELECT",)):
            plain = isinstance(context["cursor"].cursor, psycopg.ClientCursor)
            found.append((sql, values, not plain))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        read()
    return found


def plan_of(sql: str, values: Any, prepared: bool) -> dict[str, Any]:
    with connection.cursor() as cursor:
        if isinstance(values, dict):
            names = [*dict.fromkeys(re.findall(r"%\((\w+)\)s", sql))]
            sql = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", sql)
            values = [values[name] for name in names]
        if prepared:
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            for number in range(len(values)):
                sql = sql.replace("%s", f"${number + 1}", 1)
            cursor.execute(f"PREPARE asked AS {sql}")
            marks = ", ".join(["%s"] * len(values))
            sql = f"EXECUTE asked({marks})" if values else "EXECUTE asked"
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        (plan,) = cursor.fetchone()[0]
        if prepared:
            cursor.execute("DEALLOCATE asked")
        return plan["Plan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def refuse_whole_tables(name: str, statements: list[tuple[str, Any, bool]]) -> None:
    assert statements, name
    for statement in statements:
        for node in nodes(plan_of(*statement)):
            whole = node["Node Type"] == "Seq Scan" and node.get("Relation Name") in BIG
            assert not whole, f"{name}: {node} in {statement[0]}"


def test_no_read_of_a_learner_goes_through_a_whole_table(ana) -> None:
    for name, read in Reader(ana).reads().items():
        refuse_whole_tables(name, asked(read))


def test_no_start_and_no_end_goes_through_a_whole_table(ana) -> None:
    actor, activity = actor_of(ana), Activity.objects.get()
    kinds = ("SELECT", "WITH", "INSERT", "UPDATE")
    started = asked(lambda: start(actor, "portal", Wishes(activity_id=activity.pk)), *kinds)
    refuse_whole_tables("start", started)
    session = Session.objects.get(user=ana, status="active")
    answer([Submission(actor, session.pk, session.plan.item_ids[0], "más", 100)])
    ended = asked(lambda: end.complete(actor, session.pk, route="test"), *kinds)
    refuse_whole_tables("complete", ended)


@pytest.mark.parametrize("analysed", [True, False], ids=["analysed", "never analysed"])
def test_no_statement_of_the_fast_path_goes_through_a_whole_table(ana, analysed) -> None:
    """As its connections plan them: once, for whatever values come."""
    statements = {
        "answers": answers._statement(),
        "items": catalogue._SELECT,
        "sessions": sessions._sessions(),
        "results": sessions._RESULTS,
        "history": reads._HISTORY,
        "choice": starts._CHOICE,
        "start": starts._write(),
        "memories": ends._MEMORIES,
        "facts": ends._FACTS,
        "complete": ends._write(),
        "tokens": verifying._select(),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        if not analysed:
            cursor.execute("DELETE FROM pg_statistic WHERE starelid::regclass::text LIKE 'sess%'")
    for name, text in statements.items():
        refuse_whole_tables(name, [(text, ["[]"], True)])
        for node in nodes(plan_of(text, ["[]"], True)):
            # A plan that reads an index without a condition reads all of it.
            is_whole = "Index Name" in node and not node.get("Index Cond")
            assert not is_whole, f"{name}: {node}"


def test_a_page_by_cursor_is_read_off_the_index_from_its_place_on(ana) -> None:
    """Else all that comes before it, or after it, would be read and sorted for ten rows."""
    reader = Reader(ana)
    early = Session.objects.filter(user=ana).order_by("-started_at")[20]
    *_, page = asked(reader.get(f"/history?cursor={cursor_after(early)}"))
    parts = list(nodes(plan_of(*page)))
    (index,) = [part for part in parts if part.get("Index Name") == "session_of_user"]
    assert index["Node Type"] == "Index Scan"
    assert "started_at" in index["Index Cond"]
    assert "Sort" not in [part["Node Type"] for part in parts]
