"""The document's own examples, as the API documents show them."""

from typing import Any

_SETTINGS = {"difficulty": "medium", "word_count": 20, "time_limit": 600}
_WORD = {"item_id": "457", "word": "goodbye", "type": "translation"}
_PROGRESS = {"completed": 5, "remaining": 15, "success_rate": 0.8}
_VERDICT = {
    "correct": True,
    "correct_answer": "hola",
    "progress": _PROGRESS,
    "next_item": _WORD,
}
_ACTIVITY = {"id": 123, "name": "Basic Vocabulary"}
_TIMES = {"start_time": "2024-02-17T10:00:00Z", "end_time": "2024-02-17T10:07:30Z"}

REQUESTS: dict[str, Any] = {
    "start": {"activity_id": 123, "settings": _SETTINGS},
    "progress": {"item_id": "123", "answer": "hola", "time_taken": 3.5},
    "batch": {
        "answers": [
            {
                "item_id": "123",
                "answer": "hola",
                "time_taken": 3.5,
                "idempotency_key": "5f0c6a52-0a53-4a2f-8d7f-3d1f1e2b9c11",
            }
        ]
    },
}

RESPONSES: dict[str, Any] = {
    "start": {
        "session_id": "qTFrufVw",
        "start_time": "2024-02-17T10:00:00Z",
        "settings": _SETTINGS,
        "first_item": {"item_id": "123", "word": "hello", "type": "translation"},
    },
    "progress": _VERDICT,
    "batch": {"results": [{"status": 200, **_VERDICT}]},
    "complete": {
        "session_summary": {
            "duration": 450,
            "words_practiced": 20,
            "correct_answers": 16,
            "success_rate": 0.8,
            "streaks": {"current": 3, "best": 5},
        },
        "achievements": [
            {
                "type": "accuracy",
                "name": "Sharp Mind",
                "description": "80% success rate in a session",
            }
        ],
        "next_steps": [
            {
                "type": "practice",
                "description": "Review missed words",
                "word_ids": ["456", "789"],
            }
        ],
    },
    "cancel": {
        "session_id": "qTFrufVw",
        "status": "cancelled",
        "end_time": "2024-02-17T10:07:30Z",
        "duration": 450,
    },
    "resume": {
        "session_id": "qTFrufVw",
        "status": "active",
        "settings": _SETTINGS,
        "progress": _PROGRESS,
        "time": {"elapsed": 245, "remaining": 355},
        "next_item": _WORD,
    },
    "history": {
        "total": 45,
        "sessions": [
            {
                "id": "qTFrufVw",
                "activity": _ACTIVITY,
                "status": "completed",
                **_TIMES,
                "success_rate": 0.8,
                "words_practiced": 20,
            }
        ],
        "next_cursor": None,
    },
    "details": {
        "session_id": "qTFrufVw",
        "status": "completed",
        "activity": {**_ACTIVITY, "type": "flashcards"},
        "timing": {**_TIMES, "duration": 450},
        "performance": {
            "words_practiced": 20,
            "correct_answers": 16,
            "incorrect_answers": 4,
            "success_rate": 0.8,
            "average_response_time": 2.5,
        },
        "progress": {
            "mastered_words": [
                {
                    "item_id": "123",
                    "word": "hello",
                    "translation": "hola",
                    "attempts": 3,
                    "success_rate": 1.0,
                }
            ],
            "needs_practice": [
                {
                    "item_id": "457",
                    "word": "goodbye",
                    "translation": "adiós",
                    "attempts": 2,
                    "success_rate": 0.5,
                }
            ],
        },
    },
}
