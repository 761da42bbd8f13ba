"""Pages kept in the memory of this process, for a while and up to a size."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple


class _Kept(NamedTuple):
    until: float
    mark: Hashable
    page: bytes


class Pages:
    """Bytes by key, and the mark of what they were made from. Those unused for longest go first,
    once all together are over ``room`` bytes.

    Thread-safe.
    """

    # What a page takes besides its bytes: its key, its mark and its place in the order.
    OVERHEAD = 1024

    def __init__(self, room: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._room = room
        self._clock = clock
        self._lock = threading.Lock()
        self._pages: OrderedDict[Hashable, _Kept] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        """Whether there is one, of whatever mark. By the next moment it may be gone."""
        return key in self._pages

    def get(self, key: Hashable, mark: Hashable) -> bytes | None:
        """What was made from ``mark``; one of another is forgotten."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None:
                return None
            if kept.until <= self._clock() or kept.mark != mark:
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return kept.page

    def put(self, key: Hashable, mark: Hashable, page: bytes, seconds: float) -> None:
        with self._lock:
            self._drop(key)
            self._pages[key] = _Kept(self._clock() + seconds, mark, page)
            self._room -= self._size(page)
            while self._room < 0:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            for key in list(self._pages):
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        if key in self._pages:
            self._room += self._size(self._pages.pop(key).page)

    def _size(self, page: bytes) -> int:
        return len(page) + self.OVERHEAD
