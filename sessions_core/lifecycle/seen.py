"""Distinct items of sessions without a plan."""

from django.db import connection

from ..models import SeenItem

Pair = tuple[int, int]


def add(pairs: set[Pair]) -> set[Pair]:
    """Note these (session id, item id) pairs and return those that are new. One statement."""
    if not pairs:
        return set()
    ordered = sorted(pairs)
    table = SeenItem._meta.db_table
    values = ", ".join(["(%s, %s)"] * len(ordered))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (session_id, item_id) VALUES {values} "
            "ON CONFLICT DO NOTHING RETURNING session_id, item_id",
            [number for pair in ordered for number in pair],
        )
        return set(cursor.fetchall())
