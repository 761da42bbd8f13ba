"""The product's settings without its rate limits, for tests that send more than a person may."""

from langportal.settings import *  # noqa: F403

SESSIONS_LIMITS = {
    scope: [(1_000_000, 60)] for scope in ("session_start", "progress", "session_complete")
}
