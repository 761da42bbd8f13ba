"""langportal's settings for a measurement: limits are counted, and never reached."""

from langportal.settings import *  # noqa: F403

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
SESSIONS_LIMITS = {
    scope: [(10**9, seconds)]
    for scope, seconds in (("session_start", 3600), ("progress", 60), ("session_complete", 3600))
}
