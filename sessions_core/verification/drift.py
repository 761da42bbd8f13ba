"""Differences between stored and recounted figures."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Drift:
    """A wrong figure of ``subject``, a session or a day: ``recounted`` is the right one."""

    subject: str
    field: str
    stored: Any
    recounted: Any

    def __str__(self) -> str:
        return f"{self.subject}: {self.field} is {self.stored!r}, recounted {self.recounted!r}"


def differences(subject: str, stored: dict[str, Any], recounted: dict[str, Any]) -> list[Drift]:
    return [
        Drift(subject, name, stored[name], value)
        for name, value in recounted.items()
        if stored[name] != value
    ]
