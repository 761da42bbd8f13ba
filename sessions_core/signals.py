"""Signals a host project may listen to. Sent after commit, never before."""

from django.dispatch import Signal

# kwargs: events (list[sessions_core.lifecycle.events.SessionEvent]), in the order they happened.
# Receivers run in the thread that committed and must not block it.
session_events = Signal()

# A person's data is about to be exported or erased; a receiver that raises prevents it. kwargs:
# action ("export", "erase"), user_id, by (the member of staff's id, None for a command), reason
# (a text; of a command, who ran it).
person_handled = Signal()
