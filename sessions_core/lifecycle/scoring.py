"""Arithmetic of a session: pure functions, no database."""

from datetime import datetime

from ..models import Session


def success_rate(correct: int, attempts: int) -> float:
    """Correct attempts over attempts, 0 to 1, four places; 0 where there is none."""
    return round(correct / attempts, 4) if attempts else 0.0


def score_percentage(correct: int, attempts: int) -> float:
    """``(correct_answers / total_exercises) * 100``, two places; 0 where there is none."""
    return round(correct / attempts * 100, 2) if attempts else 0.0


def active_ms(session: Session, now: datetime) -> int:
    """Milliseconds practised so far: closed stretches and the running one, never negative.

    A clock set back makes the running stretch 0, not less.
    """
    if session.running_since is None:
        return session.active_ms
    running = (now - session.running_since).total_seconds() * 1000
    return session.active_ms + max(0, int(running))


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
