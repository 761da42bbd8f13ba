"""Answers counted against their limits, a group at a time."""

from collections.abc import Awaitable, Sequence

from ..realtime.eager import begin
from ..rest.limits import Window
from .till import Till
from .waiting import Waiting

SCOPE = "progress"
# Owners of a spent limit, remembered.
SPENT = 4096


class Refused(Exception):
    """Somebody in the group is over a limit."""


class Counting:
    """Of one event loop."""

    def __init__(self) -> None:
        self._till = Till()
        self._spent: set[str] = set()

    def begin(self, group: Sequence[Waiting]) -> "Count":
        owners = [waiting.submission.actor.scope for waiting in group]
        charging = self._till.charge([(SCOPE, owner, 1) for owner in owners])
        # To decide on several takes so long that Redis has answered by then. On a lone answer it
        # does not, and Postgres is asked first, which takes the longest.
        coming = begin(charging) if len(group) > 1 else charging
        return Count(group, owners, coming, self._spent)

    def close(self) -> None:
        self._till.close()


class Count:
    """Of one group; ``finish`` is to be awaited, whatever becomes of the answers.

    ``spent``: the owners of a limit that was spent when this process last counted.
    """

    def __init__(
        self,
        group: Sequence[Waiting],
        owners: Sequence[str],
        charging: Awaitable[list[list[Window]]],
        spent: set[str],
    ) -> None:
        self._group = group
        self._owners = owners
        self._charging = charging
        self._spent = spent
        self._refused: set[Waiting] | None = None

    @property
    def is_likely_to_pass(self) -> bool:
        """Whether no limit is known to be spent. Another process may have counted since."""
        return self._spent.isdisjoint(self._owners)

    async def all_pass(self) -> None:
        """Raises ``Refused``."""
        if await self.finish():
            raise Refused

    async def finish(self) -> set[Waiting]:
        """Those who are over a limit, left as if never counted; the others' limits are noted."""
        if self._refused is None:
            self._refused = self._note(await self._charging)
        return self._refused

    def _note(self, counted: Sequence[Sequence[Window]]) -> set[Waiting]:
        refused = set()
        for waiting, owner, windows in zip(self._group, self._owners, counted, strict=True):
            left = _left(windows)
            if left is None:
                refused.add(waiting)
            else:
                waiting.windows, waiting.charged = windows, True
            self._expect(owner, left)
        return refused

    def _expect(self, owner: str, left: int | None) -> None:
        if left:
            self._spent.discard(owner)
            return
        if len(self._spent) >= SPENT:
            self._spent.clear()  # Whoever is met again is put in again.
        self._spent.add(owner)


def _left(windows: Sequence[Window]) -> int | None:
    """The units that are free in the tightest window; None where one has refused."""
    if any(window.wait for window in windows):
        return None
    return min([window.remaining for window in windows], default=1)
