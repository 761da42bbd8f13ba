"""Answers that were counted before under the same idempotency key."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from ..errors import KeyReused
from ..models import Attempt
from .attempts import NewAttempt
from .submission import Submission

KEPT = timedelta(hours=24)

#: Session id and the digest of the key: an answer's key belongs to its session.
Key = tuple[int, UUID]


def find(submissions: Iterable[Submission]) -> dict[Key, Attempt]:
    """The attempts on record under the keys of ``submissions``, however old."""
    wanted = {key for each in submissions if (key := key_of(each)) is not None}
    if not wanted:
        return {}
    session_ids, keys = zip(*wanted, strict=True)
    rows = Attempt.objects.filter(session_id__in=set(session_ids), key__in=set(keys))
    found = {(row.session_id, row.key): row for row in rows if row.key is not None}
    return {key: row for key, row in found.items() if key in wanted}


def key_of(submission: Submission) -> Key | None:
    """Under which an answer in a session is counted once; ``None`` where it brought no key."""
    if submission.key is None or submission.session_id is None:
        return None
    return submission.session_id, submission.key


def on_record(submissions: Iterable[Submission], now: datetime) -> set[UUID]:
    """The keys of those answers that were recorded before, and so are replayed."""
    found = find(submissions)
    return {key for (_, key), attempt in found.items() if is_kept(attempt, now)}


def is_kept(attempt: Attempt, now: datetime) -> bool:
    """Whether the attempt still holds its key, which is for 24 hours."""
    return now - attempt.created_at <= KEPT


def free_old(found: dict[Key, Attempt], now: datetime) -> dict[Key, Attempt]:
    """``found`` without the keys that are no longer kept, which may be used again from now on."""
    kept = {key: attempt for key, attempt in found.items() if is_kept(attempt, now)}
    for session_id, key in found.keys() - kept.keys():
        Attempt.objects.filter(session_id=session_id, key=key).update(key=None)
    return kept


def require_same(attempt: Attempt | NewAttempt, submission: Submission) -> None:
    """Raises ``KeyReused`` unless ``submission`` is the request that made this attempt."""
    made_by = attempt.item_id, attempt.answer, attempt.response_ms
    if made_by != (submission.item_id, submission.answer, submission.response_ms):
        raise KeyReused
