"""Signals of this app.

``recorded`` is sent after the commit that records or changes something of a session. Arguments are
``session_id`` (UUID) and ``therapist_id``; receivers read the new data from the database.
"""

from django.dispatch import Signal

recorded = Signal()
