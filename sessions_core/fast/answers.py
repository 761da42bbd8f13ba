"""Answers decided from memory, and recorded by one statement for a group of them.

A process that answered in a session a moment ago knows how the session stands. So it decides first,
by the very rules of the answer verb, and then lets Postgres record the outcome only where the
session is still as it was: compare and swap, by the revision that every writer raises, the status
and both owners. What the process does not know it reads, and what has changed it reads again. What
somebody holds, a key on record and whatever is refused are left to the verb, which has the locks.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from functools import cache
from operator import attrgetter

from .. import clock
from ..errors import SessionBusy
from ..lifecycle import attempts, events
from ..lifecycle.answer import WRITTEN
from ..lifecycle.deciding import AnswerGroup
from ..lifecycle.plans import ItemIds
from ..lifecycle.submission import Verdict
from ..models import Attempt, Session, Status
from . import catalogue, sessions
from .batcher import Charged, Job
from .notifying import notify_soon
from .postgres import Connection, given_rows, types_of

# Sessions remembered, each with its plan.
MAX_SESSIONS = 8192
# How often a group is decided: what turns out to have changed is read and decided once more.
ROUNDS = 2

# A row of the statement is an attempt, with what else the session is to be like after it.
_COMPARED = ("revision", "status", "user_id", "guest")
_BESIDE = ("best_streak", "active_ms", "elapsed_ms", "running_since", "answered_mask", *_COMPARED)
_attempt = attrgetter(*attempts.COLUMNS)
_beside = attrgetter("response_ms", *_BESIDE)
_NAMES = (*attempts.COLUMNS, "total_ms", *_BESIDE)

Known = tuple[Session, ItemIds]
_known: OrderedDict[int, Known] = OrderedDict()


async def record(connection: Connection, jobs: list[Job], charged: Charged) -> None:
    """Record the submissions of ``jobs``, each in a session of its own."""
    waiting = {job.wanted.session_id: job for job in jobs}
    tried: dict[int, int] = {}
    for _ in range(ROUNDS):
        known = await _running(connection, waiting)
        # One that was tried in vain under the same revision is held by somebody.
        known = {pk: of for pk, of in known.items() if tried.get(pk) != of[0].revision}
        if not known:
            return
        tried.update({pk: session.revision for pk, (session, _) in known.items()})
        waiting = {pk: waiting[pk] for pk in known}
        await _record(connection, known, waiting, charged)
        waiting = {pk: job for pk, job in waiting.items() if job.result is None}
        if not waiting:
            return


async def _record(
    connection: Connection,
    known: Mapping[int, Known],
    waiting: dict[int, Job],
    charged: Charged,
) -> None:
    held = {pk: session for pk, (session, _) in known.items()}
    plans = {pk: plan for pk, (_, plan) in known.items()}
    group = AnswerGroup(clock.now(), held, plans, known_forms=_ask_nobody)
    needed = group.enter([job.wanted for job in waiting.values()])
    results = group.conclude(await catalogue.items(connection, needed))
    allowed = {job.wanted.session_id for job in await charged([*waiting.values()])}
    rows = [
        dict(zip(_NAMES, (*_attempt(each), *_beside(held[each.session_id])), strict=True))
        for each in group.attempts
        if each.session_id in allowed
    ]
    written = {pk for (pk,) in await connection.rows(_statement(), rows)} if rows else set()
    for result in results:
        if isinstance(result, Verdict) and result.session_id in written:
            waiting[result.session_id].result = result
    for pk in written:
        held[pk].revision += 1
        _known[pk] = known[pk]
    while len(_known) > MAX_SESSIONS:
        _known.popitem(last=False)
    for pk in [pk for pk in waiting if pk not in allowed or pk not in group.touched]:
        del waiting[pk]  # It is over a limit, or refused: that is for others to say.
    recorded = [each for each in group.attempts if each.session_id in written]
    notify_soon([events.progress(held[each.session_id], each) for each in recorded])


async def _running(connection: Connection, wanted: Collection[int]) -> dict[int, Known]:
    """Those of the sessions that have a plan and are open to answers, as remembered or just read.

    They are taken out of memory: the group changes them, and remembers what it has written.
    """
    known = {pk: _known.pop(pk) for pk in wanted if pk in _known}
    unknown = [pk for pk in wanted if pk not in known]
    if unknown:
        known.update(await sessions.read(connection, unknown))
    now = clock.now()
    return {
        pk: (session, plan)
        for pk, (session, plan) in known.items()
        if plan and session.status == Status.ACTIVE and sessions.is_in_time(session, now)
    }


def _ask_nobody(form: str) -> bool:
    """Whether a typo is another word is asked of the database, by a thread."""
    raise SessionBusy


@cache
def _statement() -> str:
    """Rows are looked up one by one: a join might be planned while its table is empty, and would
    then read all of an index for as long as the plan is kept. The status is a value for the same
    reason: written out, it would open the index of all active sessions to the planner.
    """
    session, attempt = Session._meta.db_table, Attempt._meta.db_table
    types = {
        **types_of(Attempt, attempts.COLUMNS),
        **types_of(Session, _BESIDE),
        "total_ms": "bigint",
    }
    sources = {"response_ms": "total_ms", "last_seq": "seq"}
    moving = ", ".join(f"{name} = given.{sources.get(name, name)}" for name in WRITTEN)
    return f"""
WITH given AS MATERIALIZED (
    SELECT * FROM {given_rows({name: types[name] for name in _NAMES})}
), held AS MATERIALIZED (
    SELECT s.id FROM given CROSS JOIN LATERAL (
        SELECT id FROM {session}
        WHERE id = given.session_id AND revision = given.revision
            AND status = given.status
            AND user_id IS NOT DISTINCT FROM given.user_id
            AND guest IS NOT DISTINCT FROM given.guest
            AND NOT EXISTS (
                SELECT FROM {attempt} AS a
                WHERE a.session_id = given.session_id AND a.key = given.key
            )
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS s
), moved AS (
    UPDATE {session} AS s SET {moving}, revision = s.revision + 1
    FROM given WHERE s.id = ANY(ARRAY(SELECT id FROM held)) AND s.id = given.session_id
    RETURNING s.id
)
INSERT INTO {attempt} ({", ".join(attempts.COLUMNS)})
SELECT {", ".join(f"given.{name}" for name in attempts.COLUMNS)}
FROM given JOIN moved ON moved.id = given.session_id
RETURNING session_id
"""


def forget() -> None:
    """Remember no session any more: for tests, whose databases begin anew."""
    _known.clear()
