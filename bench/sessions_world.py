"""What the operations on sessions are measured in, on top of ``bench.world``.

    python -m bench.sessions_world FOLDER READY

Every learner has ``ENDED`` ended sessions of ``ATTEMPTS`` attempts each, and READY sessions in all
wait to be completed. The same for the project and for the peers; written inside the database.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.db import connection
from tqdm import tqdm

from .world import ITEMS, USERS

ENDED, ATTEMPTS = 20, 10
# Ids: those of ``bench.world``'s own sessions end at USERS.
FIRST_ENDED = USERS + 1
FIRST_READY = FIRST_ENDED + USERS * ENDED

# One session each for the ids from %(first)s on; session n belongs to user n %% users + 1.
PROJECT_SESSIONS = """
INSERT INTO sessions_core_session (id, user_id, dialect, activity_id, session_type, standalone,
    difficulty, seed, status, completion, started_at, ended_at, running_since, active_ms, zone,
    local_day, item_count, answered_count, attempt_count, correct_count, current_streak,
    best_streak, response_ms, mastered_count, last_seq, answered_mask)
SELECT n, n %% %(users)s + 1, 'portal', 1, 'practice', false, 'medium', n, %(status)s,
    %(completion)s, t, CASE WHEN %(ended)s THEN t + interval '1 minute' END,
    CASE WHEN NOT %(ended)s THEN t END, CASE WHEN %(ended)s THEN 60000 ELSE 0 END, 'UTC', t::date,
    %(attempts)s, %(attempts)s, %(attempts)s, 7, 1, 4, 35000, 7,
    %(attempts)s + %(ended)s::int, '\\xff03'
FROM (SELECT n, now() - interval '100 minutes' * (%(last)s - n) / %(users)s AS t
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) AS made
"""
PROJECT_PLANS = """
INSERT INTO sessions_core_plan (session_id, item_ids)
SELECT n, (SELECT json_agg((n + place * 5) %% %(items)s + 1)
           FROM generate_series(0, %(attempts)s - 1) place)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
PROJECT_ATTEMPTS = """
INSERT INTO sessions_core_attempt (session_id, seq, item_id, answer, correct, close, response_ms,
    created_at, answered_count, attempt_count, correct_count, current_streak)
SELECT id, place + 1, (id + place * 5) %% %(items)s + 1, 'palabra', place %% 10 < 7, false, 3500,
    started_at + interval '3.5 seconds' * place, place + 1, place + 1, least(place + 1, 7), 0
FROM sessions_core_session, generate_series(0, %(attempts)s - 1) place
WHERE id BETWEEN %(first)s AND %(last)s
"""
PROJECT_DAYS = """
INSERT INTO sessions_core_practiceday
    (user_id, day, started, ended, practised, completed, seconds, attempts, correct)
SELECT user_id, local_day, count(*), count(ended_at), count(ended_at), count(ended_at),
    60 * count(ended_at), sum(attempt_count), sum(correct_count)
FROM sessions_core_session GROUP BY user_id, local_day
"""
# What those sessions have taught and earned. Of what a learner has met, half is due.
PROJECT_MEMORIES = """
INSERT INTO sessions_core_itemmemory (user_id, item_id, activity_id, state, step, stability,
    difficulty, due_at, reviewed_at)
SELECT DISTINCT user_id, item_id, 1, 1, 1, 2.3, 5,
    now() + interval '1 hour' * (item_id / 5 % 2 - 0.5), now()
FROM sessions_core_session s JOIN sessions_core_attempt a ON a.session_id = s.id
WHERE ended_at IS NOT NULL
"""
PROJECT_ACHIEVEMENTS = """
INSERT INTO sessions_core_awardedachievement (user_id, code, session_id, awarded_at)
SELECT DISTINCT ON (user_id) user_id, 'first-step', id, ended_at
FROM sessions_core_session WHERE ended_at IS NOT NULL ORDER BY user_id, ended_at
"""
PEERS_SESSIONS = """
INSERT INTO peer.practice_session (id, user_id, activity_id, status, started_at, ended_at,
    item_count, answered, correct, streak, best_streak, time_ms)
SELECT n, n %% %(users)s + 1, 1, CASE WHEN %(ended)s THEN 2 ELSE 1 END, t,
    CASE WHEN %(ended)s THEN t + interval '1 minute' END, %(attempts)s, %(attempts)s, 7, 1, 4, 35000
FROM (SELECT n, now() - interval '100 minutes' * (%(last)s - n) / %(users)s AS t
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) AS made
"""
PEERS_PLANS = """
INSERT INTO peer.plan (session_id, item_ids)
SELECT n, (SELECT jsonb_agg((n + place * 5) %% %(items)s + 1)
           FROM generate_series(0, %(attempts)s - 1) place)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
PEERS_ATTEMPTS = """
INSERT INTO peer.attempt (session_id, user_id, item_id, answer, is_correct, time_ms)
SELECT n, n %% %(users)s + 1, (n + place * 5) %% %(items)s + 1, 'palabra', place %% 10 < 7, 3500
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
     generate_series(0, %(attempts)s - 1) place
"""
SEQUENCES = """
SELECT setval(pg_get_serial_sequence('sessions_core_session', 'id'), %(last)s),
    setval(pg_get_serial_sequence('peer.practice_session', 'id'), %(last)s)
"""
FILLING = (
    PROJECT_SESSIONS,
    PROJECT_PLANS,
    PROJECT_ATTEMPTS,
    PEERS_SESSIONS,
    PEERS_PLANS,
    PEERS_ATTEMPTS,
    SEQUENCES,
)


def main() -> None:
    folder, ready = Path(sys.argv[1]), int(sys.argv[2])
    about = {"users": USERS, "items": ITEMS, "attempts": ATTEMPTS}
    ended = {"status": "completed", "completion": "completed", "ended": True}
    waiting = {"status": "active", "completion": "completed", "ended": False}
    parts = [
        (statement, {**about, **kind, "first": first, "last": last})
        for kind, first, last in (
            (ended, FIRST_ENDED, FIRST_READY - 1),
            (waiting, FIRST_READY, FIRST_READY + ready - 1),
        )
        for statement in FILLING
    ]
    with connection.cursor() as cursor:
        derived = [(each, None) for each in (PROJECT_DAYS, PROJECT_MEMORIES, PROJECT_ACHIEVEMENTS)]
        for statement, values in tqdm([*parts, *derived], "Sessions", leave=False):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    write_requests(folder, ready)


def write_requests(folder: Path, ready: int) -> None:
    """A file for each operation and side."""
    from django.contrib.auth import get_user_model

    from sessions_core import tokens
    from sessions_core.public_id import encode

    learners = get_user_model().objects.order_by("pk")
    token = {user.pk: tokens.issue(user).access for user in learners}
    start = json.dumps({"activity_id": 1, "settings": {"word_count": 20, "time_limit": 600}})
    root = "/api/v1/sessions"
    for side, spell in (("project", encode), ("peers", str)):
        ids = range(FIRST_READY, FIRST_READY + ready)
        shown = range(FIRST_ENDED, FIRST_ENDED + USERS)
        files: dict[str, list[Any]] = {
            "start": [[f"{root}/start", token[user], start] for user in token],
            "complete": [[f"{root}/{spell(n)}/complete", token[n % USERS + 1], ""] for n in ids],
            "history": [[f"{root}/history", token[user], "", "GET"] for user in token],
            "details": [[f"{root}/{spell(n)}", token[n % USERS + 1], "", "GET"] for n in shown],
        }
        for name, requests in files.items():
            (folder / f"{name}-{side}.json").write_text(json.dumps(requests))


if __name__ == "__main__":
    django.setup()
    main()
