"""Signals of this app.

``recorded`` is sent after commit, when something of a session was recorded or changed. Arguments:
``session_id`` (UUID), ``therapist_id``. It carries no data: receivers read what is new.
"""

from django.dispatch import Signal

recorded = Signal()
