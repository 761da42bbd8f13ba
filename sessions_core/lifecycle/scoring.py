"""Arithmetic of a session: pure functions, no database."""

from datetime import datetime

from ..app_settings import app_settings
from ..models import Dialect, Session


def success_rate(correct: int, attempts: int) -> float:
    """Correct attempts over attempts, 0 to 1, four places; 0 where there is none."""
    return round(correct / attempts, 4) if attempts else 0.0


def score_percentage(correct: int, attempts: int) -> float:
    """``(correct_answers / total_exercises) * 100``, two places; 0 where there is none."""
    return round(correct / attempts * 100, 2) if attempts else 0.0


def running_ms(running_since: datetime | None, now: datetime) -> int:
    """Milliseconds since the session last started, resumed or was answered in; 0 while paused.

    A clock that was set back makes it 0, not less.
    """
    if running_since is None:
        return 0
    return max(0, int((now - running_since).total_seconds() * 1000))


def has_idle_limit(session: Session) -> bool:
    """Whether a long gap between two activities counts as practice only in part.

    Guided practice is silent by nature, and where the client tells the duration it knows best.
    """
    return session.dialect != Dialect.PRACTICE and session.claimed_seconds is None


def practised_ms(session: Session, gap: int) -> int:
    """What a gap of so many milliseconds counts as practice: ``SESSIONS_IDLE_SECONDS`` at most."""
    return min(gap, app_settings.IDLE_SECONDS * 1000) if has_idle_limit(session) else gap


def active_ms(session: Session, now: datetime) -> int:
    """Milliseconds practised so far, the running stretch included."""
    return session.active_ms + practised_ms(session, running_ms(session.running_since, now))


def elapsed_ms(session: Session, now: datetime) -> int:
    """Milliseconds that a time limit counts so far: all but the pauses."""
    return session.elapsed_ms + running_ms(session.running_since, now)


def advance(session: Session, now: datetime) -> None:
    """Note an activity at ``now``: what has run since the last one is added up, with its limit.

    Where gaps have no limit, the stretch goes on as one, and is added up when it ends.
    """
    if session.running_since is None or not has_idle_limit(session):
        return
    gap = running_ms(session.running_since, now)
    session.active_ms += practised_ms(session, gap)
    session.elapsed_ms += gap
    session.running_since = max(now, session.running_since)


def stop(session: Session, at: datetime) -> None:
    """Add up what has run until ``at``, and let neither clock nor time limit run on."""
    session.active_ms = active_ms(session, at)
    session.elapsed_ms = elapsed_ms(session, at)
    session.running_since = session.deadline_at = None


def seconds(ms: int) -> int:
    """Whole seconds, rounded half up: what the surfaces show as a duration."""
    return (ms + 500) // 1000


def practised_seconds(session: Session, now: datetime) -> int:
    """The duration that statistics count, in whole seconds.

    Where the client told its own duration, at a pause, that is taken, and the stretch that has
    run since is added to it; else it is the server's active time.
    """
    total = active_ms(session, now)
    if session.claimed_seconds is None:
        return seconds(total)
    return session.claimed_seconds + seconds(total - session.active_ms)


def is_marked(mask: bytes, position: int) -> bool:
    byte, bit = divmod(position, 8)
    return byte < len(mask) and bool(mask[byte] >> bit & 1)


def mark(mask: bytes, position: int) -> bytes:
    """``mask`` with the bit of ``position`` set; it grows as needed."""
    byte, bit = divmod(position, 8)
    marked = bytearray(mask.ljust(byte + 1, b"\0"))
    marked[byte] |= 1 << bit
    return bytes(marked)


def first_unmarked(mask: bytes, count: int) -> int | None:
    """The lowest of ``count`` positions without a bit, or None when all are set."""
    open_positions = ~int.from_bytes(mask, "little")
    position = (open_positions & -open_positions).bit_length() - 1
    return position if position < count else None
