"""A group's limits, counted while its answers are decided and written."""

from collections.abc import Sequence

from ..lifecycle.recent import Recent
from ..realtime.eager import begin
from ..rest.limits import Window
from .till import Till
from .waiting import Waiting

SCOPE = "progress"


class Refused(Exception):
    """Somebody in the group is over a limit."""


class Counting:
    """Begun at once; ``finish`` is to be awaited, whatever becomes of the answers.

    ``spent``: who had used up a limit when this process last counted, to go by and to be kept true.
    Another process may have counted since.
    """

    def __init__(self, till: Till, group: Sequence[Waiting], spent: Recent) -> None:
        self._group = group
        self._spent = spent
        self._charging = begin(till.charge([_charge(waiting) for waiting in group]))
        self._refused: set[Waiting] | None = None

    @property
    def is_likely_to_pass(self) -> bool:
        return not any(_who(waiting) in self._spent for waiting in self._group)

    async def all_pass(self) -> None:
        """Raises ``Refused``."""
        if await self.finish():
            raise Refused

    async def finish(self) -> set[Waiting]:
        """Those who are over a limit, left as if never counted; the others' limits are noted."""
        if self._refused is None:
            self._refused = set()
            for waiting, windows in zip(self._group, await self._charging, strict=True):
                self._note(waiting, windows, self._refused)
        return self._refused

    def _note(self, waiting: Waiting, windows: list[Window], refused: set[Waiting]) -> None:
        if any(window.wait for window in windows):
            refused.add(waiting)
        else:
            waiting.windows, waiting.charged = windows, True
        if not all(window.remaining for window in windows):
            self._spent.update([_who(waiting)])
        else:
            self._spent.discard(_who(waiting))


def _who(waiting: Waiting) -> str:
    return waiting.submission.actor.scope


def _charge(waiting: Waiting) -> tuple[str, str, int]:
    return SCOPE, _who(waiting), 1
