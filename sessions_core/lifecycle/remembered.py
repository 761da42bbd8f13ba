"""Answers from memory: one statement for a group, where nothing has changed since the last one.

A process that answered in a session a moment ago knows how the session stands, and what its items
say. So it decides first, and then asks Postgres to record the outcome only where every row that it
was decided from is still the same: compare and swap, with ``xmin``, the id of the transaction that
wrote the row, as the version. The statement is its own transaction, so it costs one round trip
and no lock outlives it. What it does not remember it reads, unlocked, and what has changed it reads
again; only what somebody holds, or another way is meant for, goes by the row locks.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping, MutableSequence, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection

from .. import clock
from ..models import Activity, Attempt, Item, Session, Status
from ..retrying import is_transient
from . import attempts, events, items, plans, standing, statements
from .answer_group import AnswerGroup
from .items import VersionedItem
from .recent import Recent
from .standing import Standing
from .statements import Asking, Statement, Value
from .submission import Submission, Verdict

MAX_STANDINGS = 16_384
# How often an answer is tried before it goes by the locks.
ROUNDS = 2

_known: OrderedDict[int, tuple[Standing, str]] = OrderedDict()
_lock = threading.Lock()
# Idempotency keys recorded here: whoever comes with one of them wants to hear the same again.
_keys = Recent(MAX_STANDINGS)

# The row of the answer that counts the items which are still the same. No session has this id.
_ITEMS = 0

_TYPES = attempts.TYPES | {
    "best_streak": "int",
    "total_ms": "bigint",
    "answered_mask": "text",
}
_columns = attrgetter(*_TYPES)


def _record(answered: str, known: str, source: str = "") -> str:
    """The statement, from the FROM items that have the answers and what is known of their sessions.

    A key on record moves nothing, as if the session had changed. What is locked here waits for
    nobody, so its order is free. Rows are looked up one by one (``LATERAL``, ``ANY``): a join might
    be planned while its table is empty, and then read all of an index for as long as it is kept.
    """
    return f"""
WITH {source} same_items AS (
    SELECT count(*) AS number
    FROM unnest(%(items)s::bigint[], %(item_versions)s::xid[], %(activity_versions)s::xid[])
        AS known(id, item_version, activity_version)
    CROSS JOIN LATERAL (
        SELECT activity_id FROM {Item._meta.db_table}
        WHERE id = known.id AND xmin = known.item_version OFFSET 0
    ) AS i CROSS JOIN LATERAL (
        SELECT FROM {Activity._meta.db_table}
        WHERE id = i.activity_id AND xmin = known.activity_version OFFSET 0
    ) AS a
), held AS (
    SELECT s.id FROM {known} CROSS JOIN LATERAL (
        SELECT id FROM {Session._meta.db_table}
        WHERE id = known.id AND xmin = known.version
            AND (SELECT number FROM same_items) = %(number)s::int
            AND NOT EXISTS (SELECT 1 FROM {Attempt._meta.db_table} AS a WHERE a.key = known.key)
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS s
), moved AS (
    UPDATE {Session._meta.db_table} AS s SET
        answered_count = answered.answered_count,
        attempt_count = answered.attempt_count,
        correct_count = answered.correct_count,
        current_streak = answered.current_streak,
        best_streak = answered.best_streak,
        response_ms = answered.total_ms,
        last_seq = answered.seq,
        answered_mask = decode(answered.answered_mask, 'hex')
    FROM {answered}
    WHERE s.id = ANY(ARRAY(SELECT id FROM held)) AND s.id = answered.session_id
    RETURNING s.id, s.xmin
), recorded AS (
    INSERT INTO {Attempt._meta.db_table} ({attempts.COLUMNS})
    SELECT {", ".join(f"answered.{name}" for name in attempts.TYPES)}
    FROM {answered} JOIN moved ON moved.id = answered.session_id
)
SELECT id, xmin::text FROM moved UNION ALL SELECT {_ITEMS}, number::text FROM same_items
"""


# Of arrays Postgres expects ten rows, of JSON a hundred: then it would rather read a table of some
# thousand sessions than its index.
_RECORD = _record(
    "answered",
    "unnest(%(sessions)s::bigint[], %(versions)s::xid[], %(keys)s::uuid[])"
    " AS known(id, version, key)",
    f"answered AS (SELECT * FROM {statements.read_rows(_TYPES, 'answers')}),",
)
# One alone, as values by themselves: Postgres takes a sixth less for it.
_RECORD_ONE = _record(
    f"(SELECT {', '.join(f'%({name})s::{kind} AS {name}' for name, kind in _TYPES.items())})"
    " AS answered",
    "(SELECT %(session_id)s::bigint AS id, %(version)s::xid AS version, %(key)s::uuid AS key)"
    " AS known",
)


def remember(standings: Mapping[int, Standing], versions: Mapping[int, str]) -> None:
    """How these sessions stand, by id, as of a commit.

    Only for rows that their transaction wrote once: a second write has the same ``xmin``.
    """
    with _lock:
        for session_id, version in versions.items():
            _known[session_id] = standings[session_id], version
            _known.move_to_end(session_id)
        while len(_known) > MAX_STANDINGS:
            _known.popitem(last=False)


def is_possible() -> bool:
    """On Postgres, and outside a transaction, which could still be rolled back."""
    return statements.on_postgres() and not connection.in_atomic_block


def suitable(submissions: Sequence[Submission], counted: Collection[UUID] = ()) -> list[int]:
    """The indices of those that may be recorded this way.

    Several answers of one session are left to the locks, where they are one transaction; so are
    keys on record, those ``counted`` and those that this process knows of.
    """
    answers = Counter([given.session_id for given in submissions])
    return [
        index
        for index, given in enumerate(submissions)
        if given.session_id is not None
        and answers[given.session_id] == 1
        and not (given.key is not None and (given.key in _keys or given.key in counted))
    ]


def record(
    submissions: Sequence[Submission],
    counted: Collection[UUID],
    results: MutableSequence[Verdict | None],
) -> None:
    """Put a verdict into ``results`` for each submission that could be recorded this way, as soon
    as it is committed; what is raised after that concerns the others. ``counted``: keys known to be
    on record.
    """
    here = suitable(submissions, counted)
    done: list[Verdict | None] = [None] * len(here)
    try:
        statements.resolve(recording([submissions[index] for index in here], done))
    except IntegrityError:
        return  # A key was taken meanwhile.
    except OperationalError as error:
        if not is_transient(error):
            raise
    finally:
        for index, verdict in zip(here, done, strict=True):
            results[index] = verdict


def recording(
    submissions: Sequence[Submission],
    results: MutableSequence[Verdict | None],
    known_forms: Callable[[str], bool] = items.is_known_form,
    publish: Callable[[list[events.SessionEvent]], None] = events.publish,
    prepare: Callable[[list[Verdict]], None] | None = None,
) -> Asking[None]:
    """``record`` of ``suitable`` submissions, for whoever runs the statements: each is a
    transaction of its own. What ``known_forms`` raises a ``SessionError`` for is left to the locks.
    ``prepare`` is given what has been decided while it is being recorded, if it will be.
    """
    waiting = {
        given.session_id: index
        for index, given in enumerate(submissions)
        if given.session_id is not None
    }
    tried: dict[int, str] = {}
    for _ in range(ROUNDS):
        now = clock.now()
        ready = yield from _ready(waiting, tried, now)
        if not ready:
            break
        group = AnswerGroup(now, {}, ready, known_forms=known_forms)
        asked = [submissions[waiting[each]] for each in ready]
        verdicts = yield from _round(group, asked, tried, prepare)
        for verdict in verdicts:
            results[waiting.pop(verdict.session_id)] = verdict
        publish(group.happened)
        waiting = {each: waiting[each] for each in ready if each in waiting}


def _ready(
    wanted: Collection[int], tried: dict[int, str], now: datetime
) -> Asking[dict[int, Standing]]:
    """Those of the sessions that can be answered in, as remembered or as just read. ``tried`` gets
    their versions; one that was tried in vain under the same version is held by somebody.
    """
    known = _take(wanted)
    if unknown := [each for each in wanted if each not in known]:
        known.update((yield from standing.looking(unknown)))
    ready = {}
    for session_id, (row, version) in known.items():
        if _is_running(row, now) and tried.get(session_id) != version:
            ready[session_id] = row
            tried[session_id] = version
    return ready


def _take(wanted: Collection[int]) -> dict[int, tuple[Standing, str]]:
    """Out of memory: from here on they are this group's alone."""
    with _lock:
        return {each: _known.pop(each) for each in wanted if each in _known}


def _is_running(row: Standing, now: datetime) -> bool:
    """Whether it has a plan, and is open to answers."""
    in_time = row.deadline_at is None or now <= row.deadline_at
    return row.item_count > 0 and row.status == Status.ACTIVE and in_time


def _round(
    group: AnswerGroup,
    submissions: Sequence[Submission],
    tried: dict[int, str],
    prepare: Callable[[list[Verdict]], None] | None,
) -> Asking[list[Verdict]]:
    """The verdicts that were recorded; ``group.happened`` keeps their events alone."""
    wanted = group.enter(submissions, (yield from plans.remembering(group.planned)))
    needed = yield from items.remembering(wanted)
    # An error may come of what is no longer true: the locked way says whether it holds.
    decided = [each for each in group.conclude(items.facts(needed)) if isinstance(each, Verdict)]
    moved: dict[int, str] = {}
    if decided:
        meanwhile = None if prepare is None else partial(prepare, decided)
        moved = dict((yield _statement(group, tried, needed, meanwhile)))
        if moved.pop(_ITEMS) != str(len(needed)):
            items.forget(needed)
            tried.clear()  # For no fault of the sessions.
    remember(group.touched, moved)
    _keys.update([row.key for row in group.attempts if row.key and row.session_id in moved])
    group.happened = [event for event in group.happened if event.session_id in moved]
    return [verdict for verdict in decided if verdict.session_id in moved]


def _statement(
    group: AnswerGroup,
    versions: Mapping[int, str],
    needed: Mapping[int, VersionedItem],
    meanwhile: Callable[[], None] | None,
) -> Statement:
    """Records what still holds, and tells the new versions of those sessions, by id."""
    values: dict[str, Value] = {
        "items": statements.array(needed),
        "item_versions": statements.array([item.item_version for item in needed.values()]),
        "activity_versions": statements.array([item.activity_version for item in needed.values()]),
        "number": len(needed),
    }
    rows = group.attempts
    if len(rows) == 1:
        values.update(zip(_TYPES, _columns(rows[0]), strict=True))
        values["version"] = versions[rows[0].session_id]
        return Statement(_RECORD_ONE, values, meanwhile)
    values["answers"] = statements.rows(rows)
    values["sessions"] = statements.array([row.session_id for row in rows])
    values["versions"] = statements.array([versions[row.session_id] for row in rows])
    values["keys"] = statements.array([row.key or "NULL" for row in rows])
    return Statement(_RECORD, values, meanwhile)
