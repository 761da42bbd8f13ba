"""Answers counted against their limits, a group at a time."""

from collections.abc import Sequence

from ..lifecycle.recent import Recent
from ..rest.limits import Window
from .till import Till
from .waiting import Waiting

SCOPE = "progress"
# Learners who have used up a limit, remembered.
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
        self._spent = Recent(SPENT)

    def expects_to_pass(self, group: Sequence[Waiting]) -> bool:
        """Whether nobody in ``group`` is known to have used up a limit. Another process may have
        counted since.
        """
        return not any(_who(waiting) in self._spent for waiting in group)

    async def count(self, group: Sequence[Waiting]) -> set[Waiting]:
        """Those who are over a limit, left as if never counted; the others' limits are noted."""
        refused: set[Waiting] = set()
        charges = [(SCOPE, _who(waiting), 1) for waiting in group]
        for waiting, windows in zip(group, await self._till.charge(charges), strict=True):
            if any(window.wait for window in windows):
                refused.add(waiting)
            else:
                waiting.windows, waiting.charged = windows, True
            self._expect(_who(waiting), windows)
        return refused

    async def count_all(self, group: Sequence[Waiting]) -> None:
        """Raises ``Refused`` where somebody is over a limit."""
        if refused := await self.count(group):
            raise Refused(refused)

    def close(self) -> None:
        self._till.close()

    def _expect(self, who: str, windows: Sequence[Window]) -> None:
        if all(window.remaining for window in windows):
            self._spent.discard(who)
        else:
            self._spent.update([who])


def _who(waiting: Waiting) -> str:
    return waiting.submission.actor.scope
