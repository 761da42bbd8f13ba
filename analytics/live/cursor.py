"""How far one socket has come, and what is new to it of what has been read for all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sessions_core.realtime.wire import Message, message

from ..models import TherapistSession
from .changes import Changes
from .definitions import RESYNC

# Events of one session sent in one go; a socket further behind gets a resync instead.
MOST = 500


@dataclass(slots=True, eq=False)
class Cursor:
    """The newest event id and the state sent, by session.

    ``rows`` makes the query of the sessions that the caller may see at this moment; None where the
    one that is watched is meant.
    ``sees_client``: whether the client and the therapist's notes are open to the caller.
    ``after``: the id after which events are replayed at first.
    """

    rows: Callable[[], QuerySet[TherapistSession]] | None
    sees_client: bool
    after: int | None = None
    seqs: dict[UUID, int] = field(default_factory=dict)
    states: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def visible(self, sessions: Collection[TherapistSession]) -> set[UUID]:
        """Which of ``sessions`` the caller may see at this moment."""
        if self.rows is None:
            return {session.pk for session in sessions}
        return set(self.rows().values_list("pk", flat=True))

    def has_more(self) -> bool:
        """Whether the caller may by now see a session of which nothing was sent."""
        return self.rows is not None and self.rows().exclude(pk__in=list(self.states)).exists()

    def missing_after(self, session: TherapistSession) -> int | None:
        """The id after which ``session`` has events to send; None where it has none to send."""
        known = self._known(session)
        return known if known < session.last_seq and not self._is_lost(session) else None

    def advance(self, changes: Collection[Changes]) -> list[Message]:
        """What this socket has not been sent of ``changes``; from now on it has."""
        messages: list[Message] = []
        for each in changes:
            session = each.session
            state, encoded = each.state(self.sees_client)
            if self.states.get(session.pk) != state:
                messages.append(encoded)
            if self._is_lost(session):
                data = {"sessionId": str(session.pk), "lastId": session.last_seq}
                messages.append(message(RESYNC, data))
            elif (after := self.missing_after(session)) is not None:
                events = each.events(self.sees_client)
                messages += [encoded for seq, encoded in events if seq > after]
            self.seqs[session.pk], self.states[session.pk] = session.last_seq, state
        return messages

    def _known(self, session: TherapistSession) -> int:
        first = session.last_seq if self.after is None else self.after
        return self.seqs.get(session.pk, first)

    def _is_lost(self, session: TherapistSession) -> bool:
        known = self._known(session)
        return known < 0 or session.last_seq - known > MOST
