"""What happens to a group of answers, in a thread that may wait for the database."""

import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, connections

from .. import clock
from ..errors import SessionBusy, SessionError, Unavailable
from ..lifecycle import replays
from ..lifecycle.answer import answer
from ..rest import limits
from .waiting import Waiting

logger = logging.getLogger(__name__)

SCOPE = "progress"


def commit(group: Sequence[Waiting], *, skip_locked: bool) -> None:
    """Count the group against its limits and record it, all in one transaction.

    Afterwards each has its ``result``, and every verdict among them is committed; with
    ``skip_locked``, one whose session is held elsewhere has None. A database that is away is
    ``Unavailable`` for each. Raises what the verb raises for a submission it cannot digest.
    """
    try:
        _record(group, skip_locked)
    except SessionError as error:
        _fail(group, error)
    except (OperationalError, InterfaceError) as error:
        logger.error("The database did not answer: %s", error)
        connection.close()  # The next group begins on a connection that works.
        _fail(group, Unavailable())


def commit_alone(waiting: Waiting) -> None:
    """The same for one, however long its session is held; the connection is not kept."""
    try:
        commit([waiting], skip_locked=False)
    finally:
        release()


def _record(group: Sequence[Waiting], skip_locked: bool) -> None:
    keys = [waiting.submission.key for waiting in group if waiting.submission.key]
    known = replays.find(keys, clock.now())
    _count([waiting for waiting in group if not waiting.windows], known.keys())
    admitted = [waiting for waiting in group if waiting.result is None]
    submissions = [waiting.submission for waiting in admitted]
    results = answer(submissions, skip_locked=skip_locked, known=known) if submissions else []
    for waiting, result in zip(admitted, results, strict=True):
        if not (skip_locked and isinstance(result, SessionBusy)):
            waiting.result = result


def _count(group: Sequence[Waiting], replayed: Collection[UUID]) -> None:
    """Charge each its 1, a replayed key its 0, in one round trip. Who is over the limit is told."""
    charges = [
        (SCOPE, waiting.submission.actor.scope, int(waiting.submission.key not in replayed))
        for waiting in group
    ]
    for waiting, windows in zip(group, limits.consume_many(charges), strict=True):
        waiting.windows = windows
        if any(window.wait for window in windows):
            waiting.result = limits.OverLimit(SCOPE, list(windows))


def _fail(group: Sequence[Waiting], error: SessionError) -> None:
    for waiting in group:
        if waiting.result is None:
            waiting.result = error


def release() -> None:
    """Give this thread's connection back."""
    connections.close_all()
