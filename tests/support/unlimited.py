"""The product's settings without its rate limits, for tests that send more than a person may.

``UNITS_AN_HOUR`` sets them all to another number.
"""

import os

from langportal.settings import *  # noqa: F403

_UNITS = int(os.environ.get("UNITS_AN_HOUR", "1000000"))
_SCOPES = ("session_start", "progress", "session_complete", "sign_in", "register")
SESSIONS_LIMITS = {scope: [(_UNITS, 3600)] for scope in _SCOPES}
