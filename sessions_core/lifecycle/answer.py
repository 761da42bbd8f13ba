"""The answer verb: judge answers, record them, count them.

The verb is set-based: one answer, an offline batch and a group gathered across requests are the
same call and cost the same few statements. Under the sessions' row locks it reads, decides
(``deciding``) and writes; then come the commit, and only then the events. Each submission gets a
result of its own: a verdict, or the error that it alone met.

A server may know a faster way for some answers, such as one commit for many. It registers that
way here, and whoever calls ``answer`` takes it without knowing.
"""

from collections.abc import Callable, Sequence

from django.db import IntegrityError, connection, transaction

from .. import clock
from ..errors import KeyInProgress, SessionError
from ..models import SeenItem, Session, Status
from ..retrying import retrying
from . import attempts, end, events, items, plans, replays, standalone
from .deciding import AnswerGroup
from .submission import Submission, Verdict

Result = Verdict | SessionError
#: Returns a result for each submission, or None for those that are left to this module.
Submitter = Callable[[Sequence[Submission]], Sequence[Result | None]]

_submitter: Submitter | None = None

#: The columns of a session that an answer changes.
WRITTEN = (
    "answered_count",
    "attempt_count",
    "correct_count",
    "current_streak",
    "best_streak",
    "response_ms",
    "active_ms",
    "elapsed_ms",
    "running_since",
    "last_seq",
    "answered_mask",
)
_UPDATE = (
    f"UPDATE {Session._meta.db_table} SET {', '.join(f'{name} = %s' for name in WRITTEN)}, "
    "revision = revision + 1 WHERE id = %s"
)


def register_submitter(submitter: Submitter | None) -> None:
    """Let ``submitter`` record the answers that it can; None ends that."""
    global _submitter
    _submitter = submitter


def answer(submissions: Sequence[Submission]) -> list[Result]:
    """Record ``submissions`` in their order and return a result for each, in that order.

    When this returns outside a transaction, every verdict is committed. Answers of one session are
    committed together or not at all. Raises ``Unavailable`` or the database's own error; nothing of
    what has no result was committed then.
    """
    results: list[Result | None] = [None] * len(submissions)
    if _submitter is not None and not connection.in_atomic_block:
        results = list(_submitter(submissions))
    left = [place for place, result in enumerate(results) if result is None]
    recorded = record([submissions[place] for place in left])
    found = dict(zip(left, recorded, strict=True))
    return [found[place] if result is None else result for place, result in enumerate(results)]


def record(submissions: Sequence[Submission]) -> list[Result]:
    """``answer`` by this process's own transaction, without a submitter."""
    firsts: dict[object, int] = {}
    for place, submission in enumerate(submissions):
        firsts.setdefault(replays.key_of(submission) or place, place)
    # An answer whose key stands earlier in the list finds that one on record in its turn.
    now = set(firsts.values())
    later = [place for place in range(len(submissions)) if place not in now]
    results: dict[int, Result] = {}
    for places in (sorted(now), later):
        found = _record_once([submissions[place] for place in places]) if places else []
        results.update(zip(places, found, strict=True))
    return [results[place] for place in range(len(submissions))]


def _record_once(submissions: Sequence[Submission]) -> list[Result]:
    for _ in range(2):
        try:
            return retrying(_record, submissions)
        except IntegrityError:
            # A request elsewhere took one of the keys between our look and our insert. By itself,
            # each submission finds out whether it was its own.
            if len(submissions) > 1:
                return [_record_once([each])[0] for each in submissions]
    return [KeyInProgress()]


def _record(submissions: Sequence[Submission]) -> list[Result]:
    in_sessions = [each for each in submissions if each.session_id is not None]
    with transaction.atomic():
        found = iter(_record_in_sessions(in_sessions) if in_sessions else [])
        return [
            _record_alone(each) if each.session_id is None else next(found) for each in submissions
        ]


def _record_alone(submission: Submission) -> Result:
    try:
        return standalone.record(submission)
    except SessionError as error:
        return error


def _record_in_sessions(submissions: Sequence[Submission]) -> list[Result]:
    sessions = _lock({each.session_id for each in submissions if each.session_id is not None})
    now = clock.now()
    recorded = replays.free_old(replays.find(submissions), now)
    planned = [session.pk for session in sessions.values() if session.item_count]
    group = AnswerGroup(now, sessions, plans.of_sessions(planned), recorded)
    known = items.load(group.enter(submissions))
    seen = _seen(submissions, sessions)
    before = set(seen)
    results = group.conclude(known, seen)
    attempts.insert(group.attempts)
    SeenItem.objects.bulk_create(
        SeenItem(session_id=session_id, item_id=item_id)
        for session_id, item_id in sorted(seen - before)
    )
    _update(list(group.touched.values()))
    events.publish([events.progress(sessions[each.session_id], each) for each in group.attempts])
    return results


def _lock(ids: set[int]) -> dict[int, Session]:
    """The sessions, locked in the order of their ids, those ended whose time has run out.

    The lock leaves out references to the key, which an attempt in another transaction makes.
    """
    rows = Session.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    sessions = {session.pk: session for session in rows}
    for session in sessions.values():
        if session.status == Status.ACTIVE:
            end.expire_if_due(session)
    return sessions


def _seen(submissions: Sequence[Submission], sessions: dict[int, Session]) -> set[tuple[int, int]]:
    """Which of the answered pairs of session and item were answered before, without a plan."""
    open_ended = {session.pk for session in sessions.values() if not session.item_count}
    if not open_ended:
        return set()
    item_ids = {each.item_id for each in submissions if each.session_id in open_ended}
    rows = SeenItem.objects.filter(session_id__in=open_ended, item_id__in=item_ids)
    return set(rows.values_list("session_id", "item_id"))


def _update(sessions: Sequence[Session]) -> None:
    if sessions:
        rows = [(*(getattr(each, name) for name in WRITTEN), each.pk) for each in sessions]
        with connection.cursor() as cursor:
            cursor.executemany(_UPDATE, rows)
