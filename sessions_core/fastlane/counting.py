"""Answers counted against their limits, a group at a time."""

from collections.abc import Sequence

from ..rest.limits import Window
from .till import Charging, Till
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
        # To decide on them takes about as long as Redis does.
        charging = self._till.begin([(SCOPE, owner, 1) for owner in owners])
        return Count(group, owners, charging, self._spent)

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
        charging: Charging,
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

    def is_met(self) -> bool:
        """Whether all are known to pass by now. Raises ``Refused``."""
        fit = self._charging.all_fit()
        if fit is False:
            raise Refused
        return fit is True

    async def met(self) -> None:
        """Raises ``Refused`` where one does not pass."""
        if await self.finish():
            raise Refused

    def note(self) -> None:
        """Note the limits down, if they are known by now."""
        if self._refused is None and (counted := self._charging.found()) is not None:
            self._refused = self._note(counted)

    async def finish(self) -> set[Waiting]:
        """Those who are over a limit, left as if never counted; the others' limits are noted."""
        if self._refused is None:
            self._refused = self._note(await self._charging.windows())
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
