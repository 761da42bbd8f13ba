"""One watched thing in one process: its sockets, and how far they have been served."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from .socket_writer import SocketWriter
from .wire import Hint

W = TypeVar("W", bound=SocketWriter)


class Subscription(ABC, Generic[W]):
    """A subclass for each kind of thing that can be watched. All but ``states`` and ``read`` runs
    on the hub's loop; those are called in a thread, for all that are watched at once. What is gone
    is left out of their results.
    """

    __slots__ = ("id", "writers")

    kind: ClassVar[str]

    def __init__(self, id: int | str) -> None:
        self.id = id
        self.writers: set[W] = set()

    @staticmethod
    @abstractmethod
    def states(ids: Collection[Any]) -> Mapping[Any, Any]:
        """Where each of these stands in the database, in one query."""

    @staticmethod
    @abstractmethod
    def read(positions: Mapping[Any, Any]) -> Mapping[Any, Any]:
        """What each has missed since its position."""

    @property
    @abstractmethod
    def is_behind(self) -> bool:
        """Whether something is known to be on record that the sockets have not been sent."""

    @abstractmethod
    def position(self) -> Any:
        """How far the sockets have been served, for ``read``, which is about to begin."""

    @abstractmethod
    def handle(self, hint: Hint) -> None: ...

    @abstractmethod
    def compare(self, state: Any) -> None:
        """Take note of what ``states`` found of this one, None where it is gone."""

    @abstractmethod
    async def deliver(self, missed: Any) -> None:
        """Send what ``read`` found of this one, None where it is gone."""

    def tick(self, now: datetime, is_time_update_due: bool) -> None:
        """Called about once a second."""

    def close(self, code: int) -> None:
        for writer in tuple(self.writers):
            writer.close(code)
