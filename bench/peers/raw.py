"""What the raw Python peers share: one statement an answer, items kept in the process, no ORM."""

import os
import time

import asyncpg
import redis.asyncio as redis

LIMIT = 10**9
KEY = os.environ["SECRET_KEY"]
cache = redis.from_url(os.environ["REDIS_URL"])

RECORD = """
WITH s AS (
    UPDATE peer.practice_session SET
        answered = answered + 1,
        correct = correct + $1::int,
        streak = CASE WHEN $1 = 1 THEN streak + 1 ELSE 0 END,
        best_streak = greatest(best_streak, CASE WHEN $1 = 1 THEN streak + 1 ELSE 0 END),
        time_ms = time_ms + $2::int
    WHERE id = $3 AND user_id = $4::int AND status = 1
    RETURNING id, user_id, answered, correct, item_count, streak, activity_id
), a AS (
    INSERT INTO peer.attempt (session_id, user_id, item_id, answer, is_correct, time_ms)
    SELECT id, user_id, $5::bigint, $6::text, $1 = 1, $2 FROM s
)
SELECT answered, correct, item_count, streak, activity_id FROM s
"""


class Catalogue:
    """The items by id and by place."""

    async def load(self, pool: asyncpg.Pool) -> None:
        rows = await pool.fetch("SELECT * FROM peer.item")
        self.by_id = {row["id"]: (row["answer"], row["answer"].lower()) for row in rows}
        self.by_place = {
            (row["activity_id"], row["position"]): {
                "id": row["id"],
                "word": row["word"],
                "type": row["type"],
            }
            for row in rows
        }


async def connect() -> asyncpg.Pool:
    # While others are measured, connections are left to them: a Postgres with its defaults has a
    # hundred for all servers.
    return await asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=10,
        max_size=10,
        max_inactive_connection_lifetime=1,
    )


async def within_limit(user_id: int) -> bool:
    key = f"limit:{user_id}:{int(time.time()) // 60}"
    pipeline = cache.pipeline(transaction=False)
    pipeline.incr(key)
    pipeline.expire(key, 120)
    return (await pipeline.execute())[0] <= LIMIT
