"""What is recorded of a watched therapist session, or of all sessions of a watched therapist."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from sessions_core.realtime.publisher import publish
from sessions_core.realtime.socket_writer import SocketWriter
from sessions_core.realtime.subscription import Subscription
from sessions_core.realtime.wire import Hint, Message

from ..models import TherapistSession
from .changes import Changes, read_changes
from .cursor import Cursor

# What shows that a session has changed, without a look at anything clinical.
_MARKS = ("pk", "last_seq", "status", "progress", "started_at", "ended_at")


@dataclass(slots=True, eq=False)
class FeedWriter(SocketWriter):
    """``opening``: the first messages, once they have been read."""

    cursor: Cursor
    opening: asyncio.Future[list[Message]] = field(init=False)

    def __post_init__(self) -> None:
        self.opening = self.loop.create_future()


class Reading(NamedTuple):
    """``changes`` of the sessions; ``visible``: which of them each socket may be shown now."""

    changes: list[Changes]
    visible: dict[FeedWriter, set[UUID]]


class Feed(Subscription[FeedWriter]):
    """``column``: which column of a session's row holds the ids that are watched."""

    __slots__ = ("_asked", "_heard", "_marks", "_served")

    column: ClassVar[str]

    def __init__(self, id: int | str) -> None:
        super().__init__(id)
        self._marks: set[tuple[Any, ...]] = set()
        # Hints so far: all, those before the last reading began, those before the last delivery.
        self._heard = self._asked = self._served = 0

    @classmethod
    def states(cls, ids: Collection[str]) -> Mapping[str, set[tuple[Any, ...]]]:
        rows = TherapistSession.objects.filter(**{f"{cls.column}__in": ids})
        found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
        for id, *marks in rows.order_by().values_list(cls.column, *_MARKS):
            found[str(id)].add(tuple(marks))
        return found

    @classmethod
    def read(cls, positions: Mapping[str, list[FeedWriter]]) -> Mapping[str, Reading]:
        sessions: dict[str, list[TherapistSession]] = {id: [] for id in positions}
        rows = TherapistSession.objects.filter(**{f"{cls.column}__in": positions})
        for session in rows.order_by("started_at", "id"):
            sessions[str(getattr(session, cls.column))].append(session)
        changes = read_changes(
            {
                session: _least([each.cursor.missing_after(session) for each in positions[id]])
                for id, of in sessions.items()
                for session in of
            }
        )
        return {
            id: Reading(
                [changes[session] for session in sessions[id]],
                {writer: writer.cursor.visible(sessions[id]) for writer in writers},
            )
            for id, writers in positions.items()
        }

    @property
    def is_behind(self) -> bool:
        return self._heard > self._served or any(not each.opening.done() for each in self.writers)

    def position(self) -> list[FeedWriter]:
        self._asked = self._heard
        return list(self.writers)

    def handle(self, hint: Hint) -> None:
        self.read_again()

    def read_again(self) -> None:
        """Something may have become new to a socket."""
        self._heard += 1

    def compare(self, state: set[tuple[Any, ...]] | None) -> None:
        if (state or set()) != self._marks:
            self.read_again()

    async def deliver(self, missed: Reading) -> None:
        self._served = self._asked
        self._marks = {
            tuple(getattr(each.session, name) for name in _MARKS) for each in missed.changes
        }
        for writer, visible in missed.visible.items():
            changes = [each for each in missed.changes if each.session.pk in visible]
            messages = writer.cursor.advance(changes)
            if not writer.opening.done():
                writer.opening.set_result(messages)
                continue
            for each in messages:
                writer.deliver(each)


class SessionFeed(Feed):
    __slots__ = ()

    kind = "therapist_session"
    column = "pk"


class TherapistFeed(Feed):
    __slots__ = ()

    kind = "therapist"
    column = "therapist_id"


def on_recorded(sender: Any, session_id: Any, therapist_id: Any, **_: Any) -> None:
    """Receiver of ``signals.recorded``: what is new is read wherever somebody watches."""
    watched = (SessionFeed.kind, session_id), (TherapistFeed.kind, therapist_id)
    publish([Hint(kind, str(id), 0) for kind, id in watched])


def _least(ids: list[int | None]) -> int | None:
    return min((id for id in ids if id is not None), default=None)
