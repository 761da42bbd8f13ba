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
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection

from .. import clock
from ..models import Status
from ..retrying import is_transient
from . import compare_and_swap, events, items, plans, standing, statements
from .answer_group import AnswerGroup
from .recent import Recent
from .standing import Standing
from .statements import Asking
from .submission import Submission, Verdict

MAX_STANDINGS = 16_384
# How often an answer is tried before it goes by the locks.
ROUNDS = 2

_known: OrderedDict[int, tuple[Standing, str]] = OrderedDict()
_lock = threading.Lock()
# Idempotency keys recorded here, as numbers, whose hash is no work: whoever comes with one of them
# wants to hear the same again.
_keys = Recent(MAX_STANDINGS)


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
    alone = len(submissions) == 1
    answers = {} if alone else Counter([given.session_id for given in submissions])
    return [
        index
        for index, given in enumerate(submissions)
        if given.session_id is not None
        and (alone or answers[given.session_id] == 1)
        and not (given.key is not None and (given.key.int in _keys or given.key in counted))
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
    here = {submissions[index].session_id: index for index in suitable(submissions, counted)}

    def take(verdicts: list[Verdict]) -> None:
        for verdict in verdicts:
            results[here[verdict.session_id]] = verdict

    try:
        statements.resolve(recording([submissions[index] for index in here.values()], take))
    except IntegrityError:
        return  # A key was taken meanwhile.
    except OperationalError as error:
        if not is_transient(error):
            raise


def recording(
    submissions: Sequence[Submission],
    recorded: Callable[[list[Verdict]], None],
    known_forms: Callable[[str], bool] = items.is_known_form,
    publish: Callable[[list[events.SessionEvent]], None] = events.publish,
    prepare: Callable[[list[Verdict]], None] | None = None,
) -> Asking[None]:
    """``record`` of ``suitable`` submissions, for whoever runs the statements: each is a
    transaction of its own. What ``known_forms`` raises a ``SessionError`` for is left to the locks.

    ``prepare`` is given what has been decided while it is being recorded, if it will be; then
    ``recorded`` is given what has been, before anything else is done.
    """
    waiting = {given.session_id: given for given in submissions if given.session_id is not None}
    tried: dict[int, str] = {}
    needed: Collection[int] = ()
    for _ in range(ROUNDS):
        now = clock.now()
        running = yield from _running(waiting, now)
        # One that was tried in vain under the same version is held by somebody.
        ready = [each for each, (_, version) in running.items() if tried.get(each) != version]
        if not ready:
            items.forget(needed)  # Or it is they that have changed.
            ready = list(running)
        if not ready:
            return
        standings: dict[int, Standing] = {}
        for each in ready:
            standings[each], tried[each] = running[each]
        group = AnswerGroup(now, {}, standings, known_forms=known_forms)
        asked = [waiting[each] for each in ready]
        verdicts, moved = yield from _round(group, asked, tried, prepare)
        recorded(verdicts)
        remember(group.touched, moved)
        _keys.update([row.key.int for row in group.attempts if row.key and row.session_id in moved])
        publish([event for event in group.happened if event.session_id in moved])
        waiting, needed = {each: waiting[each] for each in ready if each not in moved}, group.items
        if not waiting:
            return


def _running(wanted: Collection[int], now: datetime) -> Asking[dict[int, tuple[Standing, str]]]:
    """Those of the sessions that are open to answers, and their versions, as remembered or as just
    read.
    """
    known = _take(wanted)
    if unknown := [each for each in wanted if each not in known]:
        known.update((yield from standing.looking(unknown)))
    return {each: of for each, of in known.items() if _is_running(of[0], now)}


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
) -> Asking[tuple[list[Verdict], dict[int, str]]]:
    """The verdicts that were recorded, and the new versions of their sessions, by id."""
    wanted = group.enter(submissions, (yield from plans.remembering(group.planned)))
    needed = yield from items.remembering(wanted)
    # An error may come of what is no longer true: the locked way says whether it holds.
    decided = [each for each in group.conclude(items.facts(needed)) if isinstance(each, Verdict)]
    if not decided:
        return [], {}
    meanwhile = None if prepare is None else partial(prepare, decided)
    asked = compare_and_swap.recording(group.attempts, tried, needed, meanwhile)
    moved, other_items = compare_and_swap.outcome((yield asked), needed)
    if other_items:
        items.forget(needed)
        tried.clear()  # For no fault of the sessions.
    return [verdict for verdict in decided if verdict.session_id in moved], moved
