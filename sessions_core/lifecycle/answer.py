"""The answer verb: judge answers, record them, count them.

It is set-based. One answer, an offline batch and a group gathered across requests are the same
call, and cost the same few statements:

1. lock the sessions, in id order
2. find the answers counted before, where idempotency keys came
3. read the items
4. insert the attempts
5. update the sessions

Then the commit, and only then the events. Each submission gets a result of its own: a verdict, or
the error that it alone met.

A process that has just answered in a session need not read it again: on Postgres, where nothing
has changed since, statements 1 and 3 to 5 and the commit are one (``remembered``). What that cannot
take goes by the locks.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import IntegrityError

from ..errors import KeyInProgress, SessionError
from ..retrying import retrying
from . import locked, remembered
from .replays import Counted
from .submission import Submission, Verdict

Result = Verdict | SessionError


def answer(
    submissions: Sequence[Submission],
    *,
    skip_locked: bool = False,
    known: Mapping[UUID, Counted] | None = None,
) -> list[Result]:
    """Record ``submissions`` in their order and return a result for each, in that order.

    When this returns, every verdict is committed. With ``skip_locked``, a session that another
    transaction holds yields ``SessionBusy`` instead of waiting. ``known``: what ``replays.find``
    says of their keys, from a caller that has just asked; the unique key notices what came since.

    Answers of one session are committed together or not at all. Raises ``Unavailable`` or the
    database's own error when nothing was committed, of any session if there is but one.
    """
    firsts, repeats = _split_repeats(submissions)
    results = dict(
        zip(firsts, _record_all([submissions[i] for i in firsts], skip_locked, known), strict=True)
    )
    if repeats:  # now that the first with the key is on record, the others replay it
        again = answer([submissions[i] for i in repeats], skip_locked=skip_locked)
        results.update(zip(repeats, again, strict=True))
    return [results[i] for i in range(len(submissions))]


def _split_repeats(submissions: Sequence[Submission]) -> tuple[list[int], list[int]]:
    """Indices of the submissions, those whose key stands earlier in the list apart."""
    keys = set()
    firsts: list[int] = []
    repeats: list[int] = []
    for index, submission in enumerate(submissions):
        (repeats if submission.key in keys else firsts).append(index)
        if submission.key:
            keys.add(submission.key)
    return firsts, repeats


def _record_all(
    submissions: list[Submission],
    skip_locked: bool,
    known: Mapping[UUID, Counted] | None = None,
) -> list[Result]:
    done: list[Verdict | None] = [None] * len(submissions)
    if remembered.is_possible():
        remembered.record(submissions, known or (), done)
    left = [n for n, verdict in enumerate(done) if verdict is None]
    rest = by_locks([submissions[n] for n in left], skip_locked, known) if left else []
    results = dict(zip(left, rest, strict=True))
    return [verdict or results[n] for n, verdict in enumerate(done)]


def by_locks(
    submissions: Sequence[Submission],
    skip_locked: bool,
    known: Mapping[UUID, Counted] | None = None,
) -> list[Result]:
    """``answer`` without memory, all in one transaction; a new key should come but once."""
    try:
        return retrying(locked.record, submissions, skip_locked, known)
    except IntegrityError:
        # Between our look and our insert, a request on another session took one of the keys. By
        # itself, each submission finds out whether it was its own.
        if len(submissions) > 1:
            return [by_locks([submission], skip_locked)[0] for submission in submissions]
    try:
        return retrying(locked.record, submissions, skip_locked, None)
    except IntegrityError:
        return [KeyInProgress()]
