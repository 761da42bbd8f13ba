"""What was seen lately, in bounded memory."""

from collections.abc import Hashable, Iterable


class Recent:
    """At least the last ``size`` things, at most twice as many. For any number of threads: one may
    be forgotten early where two of them meet, and nothing worse.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._newer: set[Hashable] = set()
        self._older: set[Hashable] = set()

    def __contains__(self, thing: Hashable) -> bool:
        return thing in self._newer or thing in self._older

    def update(self, things: Iterable[Hashable]) -> None:
        if len(self._newer) >= self._size:
            self._older, self._newer = self._newer, set()
        self._newer.update(things)
