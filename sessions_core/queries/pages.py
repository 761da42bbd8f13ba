"""Pages kept in the memory of this process, for a while and up to a size."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Pages:
    """Bytes by key. Those unused for longest go first, once all together are over ``room`` bytes.

    Thread-safe.
    """

    # What a page takes besides its bytes: its key, and its place in the order.
    OVERHEAD = 1024

    def __init__(self, room: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._room = room
        self._clock = clock
        self._lock = threading.Lock()
        self._pages: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            until, page = self._pages.get(key, (0.0, b""))
            if until <= self._clock():
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Hashable, page: bytes, seconds: float) -> None:
        with self._lock:
            self._drop(key)
            self._pages[key] = (self._clock() + seconds, page)
            self._room -= self._size(page)
            while self._room < 0:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            for key in list(self._pages):
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        if key in self._pages:
            self._room += self._size(self._pages.pop(key)[1])

    def _size(self, page: bytes) -> int:
        return len(page) + self.OVERHEAD
