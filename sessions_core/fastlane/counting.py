"""Answers counted against their limits, a group at a time."""

from collections.abc import Sequence

from ..rest.limits import Window
from .till import Till
from .waiting import Waiting

SCOPE = "progress"
# Owners of a spent limit, remembered.
SPENT = 4096


class Refused(Exception):
    """``waiting``: those of the group who are over a limit."""

    def __init__(self, waiting: set[Waiting]) -> None:
        super().__init__()
        self.waiting = waiting


class Counting:
    """Of one event loop."""

    def __init__(self) -> None:
        self._till = Till()
        self._spent: set[str] = set()

    def expects_to_pass(self, group: Sequence[Waiting]) -> bool:
        """Whether nobody in ``group`` is known to have used up a limit. Another process may have
        counted since.
        """
        return self._spent.isdisjoint(_owners(group))

    async def count(self, group: Sequence[Waiting]) -> set[Waiting]:
        """Those who are over a limit, left as if never counted; the others' limits are noted."""
        refused: set[Waiting] = set()
        owners = _owners(group)
        counted = await self._till.charge([(SCOPE, owner, 1) for owner in owners])
        for waiting, owner, windows in zip(group, owners, counted, strict=True):
            left = _left(windows)
            if left is None:
                refused.add(waiting)
            else:
                waiting.windows, waiting.charged = windows, True
            self._expect(owner, left)
        return refused

    async def count_all(self, group: Sequence[Waiting]) -> None:
        """Raises ``Refused`` where somebody is over a limit."""
        if refused := await self.count(group):
            raise Refused(refused)

    def close(self) -> None:
        self._till.close()

    def _expect(self, owner: str, left: int | None) -> None:
        if left:
            self._spent.discard(owner)
            return
        if len(self._spent) >= SPENT:
            self._spent.clear()  # Whoever is met again is put in again.
        self._spent.add(owner)


def _owners(group: Sequence[Waiting]) -> list[str]:
    return [waiting.submission.actor.scope for waiting in group]


def _left(windows: Sequence[Window]) -> int | None:
    """The units that are free in the tightest window; None where one has refused."""
    if any(window.wait for window in windows):
        return None
    return min([window.remaining for window in windows], default=1)
