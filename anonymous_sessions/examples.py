"""Example bodies for the API documents, with the figures of the source document."""

ID = "9b2f8f0e-6a52-4c1e-9d0c-2f8a3a5f7c11"
STATS = {"concepts_generated": 5, "concepts_refined": 2, "concepts_stored": 3}
TIMES = {"created_at": "2023-04-01T12:34:56Z", "last_active": "2023-04-01T12:34:56Z"}
LIMITS = {
    "concept_generation": {"limit": 10, "remaining": 5, "reset_at": "2023-05-01T00:00:00Z"},
    "concept_refinement": {"limit": 10, "remaining": 8, "reset_at": "2023-04-02T12:34:56Z"},
}
INFO = {"session_id": ID, **TIMES, "usage_stats": STATS, "rate_limits": LIMITS}
SYNCED = {
    "session_id": ID,
    "is_synced": True,
    "message": "Sessions synchronized successfully",
}
CONCEPT = {
    "id": "0f3c1c52-5a35-4a0b-b7cb-0e1a3c1f9b7d",
    "document": {"prompt": "a lighthouse", "palette": ["#0b3954", "#ff6663"]},
    "created_at": "2023-04-01T12:34:56Z",
}
PREFERENCES = {"session_id": ID, "preferences": {"theme": "dark"}}
ADOPTED = {
    "session_id": ID,
    "adopted": True,
    "dry_run": False,
    "undo_until": "2023-04-02T12:34:56Z",
    "contents": {
        "usage_stats": STATS,
        "concepts": 3,
        "preferences": 1,
        "learning_sessions": 0,
    },
}
