"""The document's own examples, and ours where it has none."""

from typing import Any

_SESSION = {
    "session_id": 1,
    "user_id": 42,
    "sequence_id": 123,
    "started_at": "2025-12-05T10:00:00Z",
    "completed_at": None,
    "duration_seconds": 0,
    "completion_status": "abandoned",
    "status": "active",
    "poses_completed": 0,
}
_DONE = {
    "completed_at": "2025-12-05T10:15:00Z",
    "duration_seconds": 900,
    "completion_status": "completed",
}
_STATISTICS = {
    "total_sessions": 25,
    "total_practice_time_seconds": 22500,
    "average_duration_seconds": 900,
    "completion_rate_percent": 83.3,
}
_NOTES = {"notes": "Shoulders much looser today."}

SENT: dict[str, Any] = {
    "start": {"sequence_id": 123},
    "complete": {
        "session_id": 1,
        "duration_seconds": 900,
        "poses_completed": 10,
        "completion_status": "completed",
    },
    "pause": {"duration_so_far": 300},
    "poses": {"pose_id": 77, "duration_seconds": 45},
    "notes": _NOTES,
    "share": {"expires_in": 604800},
}

RECEIVED: dict[str, Any] = {
    "start": _SESSION,
    "complete": {
        **_SESSION,
        **_DONE,
        "status": "completed",
        "poses_completed": 10,
        "server_duration_seconds": 897,
        "statistics": _STATISTICS,
    },
    "pause": {
        "session_id": 1,
        "duration_seconds": 300,
        "completion_status": "abandoned",
        "status": "paused",
    },
    "current": {**_SESSION, "duration_seconds": 300},
    "poses": {
        "session_id": 1,
        "pose_id": 77,
        "name": "Downward-Facing Dog",
        "poses_completed": 3,
        "poses_total": 12,
        "next_pose": {"pose_id": 78, "name": "Low Lunge", "duration_seconds": 45},
    },
    "notes": {**_SESSION, **_NOTES},
    "share": {
        "session_id": 1,
        "token": "m1bQx0Zr3h6tqk0yV9cJ2wL5nS8pD4fG",
        "url": "https://example.org/api/v1/sessions/shared/m1bQx0Zr3h6tqk0yV9cJ2wL5nS8pD4fG",
        "expires_at": "2025-12-12T10:20:00Z",
    },
    "shared": {
        "activity": "Morning Flow",
        "started_at": "2025-12-05T10:00:00Z",
        **_DONE,
        "poses_completed": 10,
        "items": [{"name": "Downward-Facing Dog", "attempts": 1, "correct": 1}],
    },
    "stats": {
        **_STATISTICS,
        "sessions_started": 30,
        "sessions_completed": 25,
        "days_practised": 21,
        "attempts": 250,
        "correct_attempts": 231,
        "success_rate": 0.924,
        "streak": {
            "current_days": 9,
            "longest_days": 12,
            "began_on": "2025-11-26",
            "freezes_left": 0,
            "frozen_days": ["2025-12-03"],
        },
    },
    "explain": {
        "sessions": [
            {
                "session_id": 1,
                "day": "2025-12-05",
                "zone": "Europe/Madrid",
                "started_at": "2025-12-05T10:00:00Z",
                "duration_seconds": 900,
                "completion_status": "completed",
                "counted": True,
                "reason": "Begun on 2025-12-05 in Europe/Madrid, and completed.",
            }
        ]
    },
    "calendar": {
        "from": "2024-12-06",
        "to": "2025-12-05",
        "days": [{"date": "2025-12-05", "sessions": 1, "completed": 1, "seconds": 900, "level": 4}],
    },
}
