"""Signals a host project may listen to. Sent after commit, never before."""

from django.dispatch import Signal

# kwargs: events (list[sessions_core.lifecycle.events.SessionEvent]), in the order they happened.
# Receivers run in a thread that commits answers, and should not hold it up for long.
session_events = Signal()

# The same, and first: sent in whatever thread, or on whatever event loop, the commit came about.
# Receivers must neither wait nor ask the database.
session_events_at_once = Signal()

# A person's data is about to be exported or erased; a receiver that raises prevents it. kwargs:
# action ("export", "erase"), user_id, by (the member of staff's id, None for a command), reason
# (a text; of a command, who ran it).
person_handled = Signal()
