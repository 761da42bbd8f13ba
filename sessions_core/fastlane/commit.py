"""What happens to a group of answers, in a thread that may wait for the database."""

import logging
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, connections

from .. import clock
from ..errors import SessionBusy, SessionError, Unavailable
from ..lifecycle import remembered, replays
from ..lifecycle.answer import by_locks
from ..lifecycle.replays import Counted
from ..lifecycle.submission import Verdict
from ..rest import limits
from .waiting import Waiting

logger = logging.getLogger(__name__)

SCOPE = "progress"


def commit(group: Sequence[Waiting], *, skip_locked: bool) -> bool:
    """Count the group against its limits and record it; false where the database did not answer.

    Afterwards each has its ``result``, and every verdict among them is committed; with
    ``skip_locked``, one whose session is held elsewhere has None. A database that is away is
    ``Unavailable`` for each that is not committed. Raises what the verb raises for a submission it
    cannot digest; those without a ``result`` are not recorded then.
    """
    try:
        _record(group, skip_locked)
    except SessionError as error:
        _fail(group, error)
        return True
    except (OperationalError, InterfaceError) as error:
        logger.error("The database did not answer: %s", error)
        connection.close()  # The next group begins on a connection that works.
        _fail(group, Unavailable())
        return False
    return True


def commit_alone(waiting: Waiting) -> None:
    """The same for one, however long its session is held; the connection is not kept."""
    try:
        commit([waiting], skip_locked=False)
    finally:
        release()


def _record(group: Sequence[Waiting], skip_locked: bool) -> None:
    keys = [waiting.submission.key for waiting in group if waiting.submission.key]
    known = replays.find(keys, clock.now())
    _count(group, known.keys())
    if remembered.is_possible():
        _record_remembered(_undecided(group), known)
    if rest := _undecided(group):
        results = by_locks([waiting.submission for waiting in rest], skip_locked, known)
        for waiting, result in zip(rest, results, strict=True):
            if not (skip_locked and isinstance(result, SessionBusy)):
                waiting.result = result


def _record_remembered(group: Sequence[Waiting], known: Mapping[UUID, Counted]) -> None:
    """What is committed has its result, whatever becomes of the rest."""
    done: list[Verdict | None] = [None] * len(group)
    try:
        remembered.record([waiting.submission for waiting in group], known, done)
    finally:
        for waiting, verdict in zip(group, done, strict=True):
            waiting.result = verdict


def _undecided(group: Sequence[Waiting]) -> list[Waiting]:
    return [waiting for waiting in group if waiting.result is None]


def _count(group: Sequence[Waiting], replayed: Collection[UUID]) -> None:
    """Charge each its 1, in one round trip; a replayed key nothing, or its 1 is taken back that was
    charged before anybody knew. Who is over the limit is told.
    """
    charges = {waiting: cost for waiting in group if (cost := _cost(waiting, replayed)) is not None}
    asked = [(SCOPE, waiting.submission.actor.scope, cost) for waiting, cost in charges.items()]
    for waiting, windows in zip(charges, limits.consume_many(asked), strict=True):
        waiting.windows, waiting.charged = windows, charges[waiting] > 0
        if any(window.wait for window in windows):
            waiting.result = limits.OverLimit(SCOPE, list(windows))


def _cost(waiting: Waiting, replayed: Collection[UUID]) -> int | None:
    """None where it has been counted, and rightly."""
    is_replay = waiting.submission.key in replayed
    if not waiting.windows:
        return 0 if is_replay else 1
    return -1 if is_replay and waiting.charged else None


def _fail(group: Sequence[Waiting], error: SessionError) -> None:
    for waiting in _undecided(group):
        waiting.result = error


def lend() -> None:
    """Give this thread's connection back to the pool it is from while the thread waits for others,
    who may need it.
    """
    if connection.settings_dict.get("OPTIONS", {}).get("pool"):
        connection.close()


def release() -> None:
    """Give this thread's connection back."""
    connections.close_all()
