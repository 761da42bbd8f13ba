"""What the group commit of this process has done since it started."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Metrics:
    """Counters, and one gauge: ``waiting``, the answers in the queue now."""

    groups: int = 0
    answers: int = 0
    largest_group: int = 0
    set_aside: int = 0
    refused: int = 0
    failed: int = 0
    waiting: int = 0

    def grouped(self, size: int) -> None:
        self.groups += 1
        self.answers += size
        self.largest_group = max(self.largest_group, size)

    def snapshot(self) -> dict[str, int]:
        return asdict(self)


metrics = Metrics()
