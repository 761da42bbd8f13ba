"""Puts a session's events in order: hints may come late, twice, or not at all."""

from .wire import Message

# Events held while an earlier one is awaited. The database has them all; this only saves a read.
EARLY_LIMIT = 256


class Sequence:
    """``last``: id of the newest event passed on; None until the present state has been read."""

    __slots__ = ("early", "heard", "last")

    def __init__(self) -> None:
        self.last: int | None = None
        self.heard = 0
        self.early: dict[int, Message] = {}

    @property
    def behind(self) -> bool:
        """An event is known to exist and has not been passed on."""
        return self.last is not None and self.heard > self.last

    def start(self, seq: int) -> list[Message]:
        """The state up to ``seq`` is known; go on from there. What may now be passed on."""
        self.last = seq
        self.heard = max(self.heard, seq)
        self.early = {number: held for number, held in self.early.items() if number > seq}
        return self._next_in_line()

    def offer(self, message: Message) -> list[Message]:
        """What may now be passed on, in order, each exactly once."""
        seq = message.seq
        if seq is None:
            return [message]
        self.heard = max(self.heard, seq)
        if self.last is None or seq <= self.last:
            return []
        if seq > self.last + 1:
            if len(self.early) < EARLY_LIMIT:
                self.early[seq] = message
            return []
        self.last = seq
        return [message, *self._next_in_line()]

    def _next_in_line(self) -> list[Message]:
        ready = []
        while held := self.early.pop((self.last or 0) + 1, None):
            ready.append(held)
            self.last = held.seq
        return ready
