"""History and details, each by the same statements for all who wait for one."""

from .. import clock
from ..actor import Actor
from ..models import Activity, PracticeDay, Session
from ..queries.history import Entry, Page, Wanted
from ..surfaces.portal import render
from . import sessions
from .batcher import Charged, Job
from .postgres import Connection, given_rows

_MAX_ID = 2**63 - 1

#: What is wanted of them: whose history, and which page of it, without filters.
Listing = tuple[Actor, Wanted]
#: Who looks, and at which session, by its row's id.
Showing = tuple[Actor, int]


async def history(connection: Connection, jobs: list[Job], charged: Charged) -> None:
    """The page of each of the ``jobs``, which want a ``Listing``."""
    pages: list[tuple[int, list[Entry]]] = [(0, []) for _ in jobs]
    given = [_listing(number, *job.wanted) for number, job in enumerate(jobs)]
    for number, started, *entry in await connection.rows(_HISTORY, given):
        entries = pages[number][1]
        pages[number] = started, entries
        if entry[0] is not None:
            entries.append(Entry(*entry))
    for job, (started, entries) in zip(jobs, pages, strict=True):
        limit = job.wanted[1].limit
        job.result = render.history(Page(started, entries[:limit], len(entries) > limit))


def _listing(number: int, actor: Actor, wanted: Wanted) -> dict[str, object]:
    before, before_id = wanted.after or ("infinity", _MAX_ID)
    return {
        "number": number,
        "user_id": actor.user_id,
        "size": wanted.limit + 1,  # One more tells whether another page follows.
        "skipped": wanted.offset,
        "before": before,
        "before_id": before_id,
    }


async def details(connection: Connection, jobs: list[Job], charged: Charged) -> None:
    """The session of each of the ``jobs``, which want a ``Showing``.

    Left are a session that is not there or somebody else's, of which staff leave a record when they
    look, and one that has come to its time limit, which is ended first.
    """
    now = clock.now()
    found = await sessions.read(connection, {pk for _, pk in (job.wanted for job in jobs)})
    shown = {
        pk: session
        for pk, (session, _) in found.items()
        if not session.is_open or sessions.is_in_time(session, now)
    }
    # What the page is made of is read after the session, so it may be newer, never older.
    results = await sessions.results(connection, shown)
    for job in jobs:
        actor, pk = job.wanted
        session = shown.get(pk)
        if session is not None and actor.owns(session.user_id, session.guest):
            job.result = render.details(session, results[pk], now)


_HISTORY = f"""
SELECT given.number, d.started, s.id, s.activity_id, a.name, s.status, s.started_at, s.ended_at,
    s.answered_count, s.attempt_count, s.correct_count
FROM {
    given_rows(
        {
            "number": "int",
            "user_id": "bigint",
            "size": "int",
            "skipped": "bigint",
            "before": "timestamptz",
            "before_id": "bigint",
        }
    )
}
CROSS JOIN LATERAL (
    SELECT coalesce(sum(started), 0)::bigint AS started
    FROM {PracticeDay._meta.db_table} WHERE user_id = given.user_id
) AS d
LEFT JOIN LATERAL (
    SELECT * FROM {Session._meta.db_table}
    WHERE user_id = given.user_id AND NOT standalone
        AND (started_at, id) < (given.before, given.before_id)
    ORDER BY started_at DESC, id DESC LIMIT given.size OFFSET given.skipped
) AS s ON true
LEFT JOIN LATERAL (
    SELECT name FROM {Activity._meta.db_table} WHERE id = s.activity_id OFFSET 0
) AS a ON true
ORDER BY given.number, s.started_at DESC, s.id DESC
"""
