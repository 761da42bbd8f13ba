"""Guided practice's responses as plain data."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ...lifecycle.scoring import practised_seconds
from ...lifecycle.submission import Verdict
from ...models import Completion, PracticeDay, Session
from ...queries.results import ItemResult
from ...queries.stats import Totals
from ...queries.streaks import DayStreak
from ..instants import instant

Json = dict[str, Any]


def session(row: Session, now: datetime) -> Json:
    """A running session reads "abandoned": the document has no other word for not completed."""
    return {
        "session_id": row.pk,
        "user_id": row.user_id,
        "sequence_id": row.activity_id,
        "started_at": instant(row.started_at),
        "completed_at": instant(row.ended_at),
        "duration_seconds": practised_seconds(row, now),
        "completion_status": row.completion or Completion.ABANDONED,
        "status": row.status,
        "poses_completed": poses_completed(row),
    }


def poses_completed(row: Session) -> int:
    """As the client told it, else as counted one by one."""
    return row.answered_count if row.poses_completed is None else row.poses_completed


def completed(row: Session, now: datetime, sums: Totals) -> Json:
    return {
        **session(row, now),
        "server_duration_seconds": round(row.active_ms / 1000),
        "statistics": statistics(sums),
    }


def statistics(sums: Totals) -> Json:
    return {
        "total_sessions": sums.ended,
        "total_practice_time_seconds": sums.seconds,
        "average_duration_seconds": sums.average_seconds,
        "completion_rate_percent": sums.completion_rate_percent,
    }


def paused(row: Session, now: datetime) -> Json:
    return {
        "session_id": row.pk,
        "duration_seconds": practised_seconds(row, now),
        "completion_status": Completion.ABANDONED,
        "status": row.status,
    }


def pose(given: Verdict) -> Json:
    """A pose that was held, and the one to hold next."""
    following = given.next_item
    return {
        "session_id": given.session_id,
        "pose_id": given.item.id,
        "name": given.item.prompt,
        "poses_completed": given.answered_count,
        "poses_total": given.item_count,
        "next_pose": following
        and {
            "pose_id": following.id,
            "name": following.prompt,
            "duration_seconds": following.duration_seconds,
        },
    }


def stats(sums: Totals, streak: DayStreak) -> Json:
    return {
        **statistics(sums),
        "sessions_started": sums.started,
        "sessions_completed": sums.completed,
        "days_practised": sums.days,
        "attempts": sums.attempts,
        "correct_attempts": sums.correct,
        "success_rate": sums.success_rate,
        "streak": {
            "current_days": streak.current,
            "longest_days": streak.longest,
            "began_on": streak.began.isoformat() if streak.began else None,
            "freezes_left": streak.freezes,
            "frozen_days": [day.isoformat() for day in streak.frozen],
        },
    }


def calendar(days: list[PracticeDay], first: date, last: date) -> Json:
    """``level`` 0 to 4: the day's seconds against the busiest day of the range, in quarters."""
    busiest = max((day.seconds for day in days), default=0)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": [
            {
                "date": day.day.isoformat(),
                "sessions": day.ended,
                "completed": day.completed,
                "seconds": day.seconds,
                "level": _level(day.seconds, busiest),
            }
            for day in days
        ],
    }


def _level(seconds: int, busiest: int) -> int:
    """A quarter begun is a quarter: any practice at all shows."""
    return max(1, -(-4 * seconds // busiest)) if busiest else 1


def explained(rows: list[tuple[Session, bool, str]], now: datetime) -> Json:
    return {
        "sessions": [
            {
                "session_id": row.pk,
                "day": row.local_day.isoformat(),
                "zone": row.zone,
                "started_at": instant(row.started_at),
                "duration_seconds": practised_seconds(row, now),
                "completion_status": row.completion or Completion.ABANDONED,
                "counted": counted,
                "reason": reason,
            }
            for row, counted, reason in rows
        ]
    }


def shared(row: Session, results: Sequence[ItemResult], now: datetime) -> Json:
    """What a share link shows: the practice, and nothing that names its owner."""
    return {
        "activity": row.activity and row.activity.name,
        "started_at": instant(row.started_at),
        "completed_at": instant(row.ended_at),
        "duration_seconds": practised_seconds(row, now),
        "completion_status": row.completion or Completion.ABANDONED,
        "poses_completed": poses_completed(row),
        "items": [
            {"name": result.prompt, "attempts": result.attempts, "correct": result.correct}
            for result in results
        ],
    }
