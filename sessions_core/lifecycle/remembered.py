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
from collections.abc import Mapping, MutableSequence, Sequence, Set
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection

from .. import clock
from ..models import Activity, Attempt, Item, Session, Status
from ..retrying import is_transient
from . import attempts, events, items, standing, statements
from .answer_group import AnswerGroup
from .items import VersionedItem
from .replays import Counted
from .standing import Standing
from .submission import ItemFacts, Submission, Verdict

MAX_STANDINGS = 16_384
# How often an answer is tried before it goes by the locks.
ROUNDS = 2

_known: OrderedDict[int, tuple[Standing, str]] = OrderedDict()
_lock = threading.Lock()

# The row of the answer that counts the items which are still the same. No session has this id.
_ITEMS = 0

_RECORD = f"""
WITH answered AS MATERIALIZED (
    SELECT * FROM {statements.read_rows(attempts.TYPES)}
), decided_from AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::xid[], %s::int[], %s::bigint[], %s::text[])
        AS known(id, version, best_streak, response_ms, answered_mask)
), same_items AS (
    SELECT count(*) AS number
    FROM unnest(%s::bigint[], %s::xid[], %s::xid[]) AS known(id, item_version, activity_version)
    JOIN {Item._meta.db_table} AS i ON i.id = known.id AND i.xmin = known.item_version
    JOIN {Activity._meta.db_table} AS a ON a.id = i.activity_id AND a.xmin = known.activity_version
    WHERE i.id = ANY(%s::bigint[])
), held AS (
    SELECT s.id FROM {Session._meta.db_table} AS s
    JOIN decided_from ON decided_from.id = s.id AND decided_from.version = s.xmin
    WHERE s.id = ANY(%s::bigint[]) AND (SELECT number FROM same_items) = %s
    ORDER BY s.id
    FOR NO KEY UPDATE OF s SKIP LOCKED
), moved AS (
    UPDATE {Session._meta.db_table} AS s SET
        answered_count = answered.answered_count,
        attempt_count = answered.attempt_count,
        correct_count = answered.correct_count,
        current_streak = answered.current_streak,
        best_streak = decided_from.best_streak,
        response_ms = decided_from.response_ms,
        last_seq = answered.seq,
        answered_mask = decode(decided_from.answered_mask, 'hex')
    FROM held
    JOIN decided_from ON decided_from.id = held.id
    JOIN answered ON answered.session_id = held.id
    WHERE s.id = held.id AND s.id = ANY(%s::bigint[])
    RETURNING s.id, s.xmin
), recorded AS (
    INSERT INTO {Attempt._meta.db_table} ({attempts.COLUMNS})
    SELECT {", ".join(f"answered.{name}" for name in attempts.TYPES)}
    FROM answered JOIN moved ON moved.id = answered.session_id
)
SELECT id, xmin::text FROM moved UNION ALL SELECT {_ITEMS}, number::text FROM same_items
"""


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


def record(
    submissions: Sequence[Submission],
    counted: Mapping[UUID, Counted],
    results: MutableSequence[Verdict | None],
) -> None:
    """Put a verdict into ``results`` for each submission that could be recorded this way, as soon
    as it is committed; what is raised after that concerns the others. ``counted``: what
    ``replays.find`` says of their keys.

    Several answers of one session are left to the locks, where they are one transaction.
    """
    waiting = _alone(submissions, counted)
    tried: dict[int, str] = {}
    for _ in range(ROUNDS):
        ready = _ready(waiting, tried)
        if not ready:
            break
        group = AnswerGroup(clock.now(), counted, ready)
        for verdict in _round(group, [submissions[waiting[each]] for each in ready], tried):
            results[waiting.pop(verdict.session_id)] = verdict
        waiting = {each: waiting[each] for each in ready if each in waiting}


def _alone(submissions: Sequence[Submission], counted: Mapping[UUID, Counted]) -> dict[int, int]:
    """The index of each session's answer, where it has but one."""
    answers = Counter(given.session_id for given in submissions)
    return {
        given.session_id: index
        for index, given in enumerate(submissions)
        if given.session_id is not None
        and answers[given.session_id] == 1
        and given.key not in counted
    }


def _ready(wanted: Mapping[int, int], tried: dict[int, str]) -> dict[int, Standing]:
    """Those of the sessions that can be answered in, as remembered or as just read. ``tried`` gets
    their versions; one that was tried in vain under the same version is held by somebody.
    """
    known = _take(wanted)
    if unknown := wanted.keys() - known.keys():
        known.update(standing.look(unknown))
    now = clock.now()
    ready = {}
    for session_id, (row, version) in known.items():
        if _is_running(row, now) and tried.get(session_id) != version:
            ready[session_id] = row
            tried[session_id] = version
    return ready


def _take(wanted: Mapping[int, int]) -> dict[int, tuple[Standing, str]]:
    """Out of memory: from here on they are this group's alone."""
    with _lock:
        return {each: _known.pop(each) for each in wanted if each in _known}


def _round(
    group: AnswerGroup, submissions: Sequence[Submission], versions: Mapping[int, str]
) -> list[Verdict]:
    """The verdicts that were recorded."""
    needed: dict[int, VersionedItem] = {}

    def load(ids: Set[int]) -> dict[int, ItemFacts]:
        needed.update(items.versioned(ids))
        return {item_id: item.facts for item_id, item in needed.items()}

    # An error may come of what is no longer true: the locked way says whether it holds.
    decided = [each for each in group.decide(submissions, load) if isinstance(each, Verdict)]
    moved = _write(group, versions, needed) if decided else {}
    remember(group.touched, moved)
    events.publish([event for event in group.happened if event.session_id in moved])
    return [verdict for verdict in decided if verdict.session_id in moved]


def _is_running(row: Standing, now: datetime) -> bool:
    """Whether it has a plan, and is open to answers."""
    in_time = row.deadline_at is None or now <= row.deadline_at
    return row.item_count > 0 and row.status == Status.ACTIVE and in_time


def _write(
    group: AnswerGroup, versions: Mapping[int, str], needed: Mapping[int, VersionedItem]
) -> dict[int, str]:
    """Record what still holds; the new versions of those sessions, by id."""
    rows = group.touched.values()
    ids = statements.array(group.touched)
    item_ids = statements.array(needed)
    values = (
        statements.rows(group.attempts),
        ids,
        statements.array(versions[row.id] for row in rows),
        statements.array(row.best_streak for row in rows),
        statements.array(row.response_ms for row in rows),
        statements.array(row.answered_mask.hex() for row in rows),
        item_ids,
        statements.array(item.item_version for item in needed.values()),
        statements.array(item.activity_version for item in needed.values()),
        item_ids,
        ids,
        len(needed),
        ids,
    )
    try:
        moved = dict(statements.run(_RECORD, *values))
    except IntegrityError:
        return {}  # A key was taken meanwhile.
    except OperationalError as error:
        if not is_transient(error):
            raise
        return {}
    if moved.pop(_ITEMS) != str(len(needed)):
        items.forget(needed)
    return moved
