"""What went wrong with a request, before any dialect has put it into its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """``loc`` is where, beginning with body, query, path or header; ``type`` a stable code."""

    loc: tuple[str | int, ...]
    message: str
    type: str = "invalid"

    @property
    def name(self) -> str:
        """The place below the request's part, dotted: ``settings.word_count``; ``body`` itself."""
        return ".".join(map(str, self.loc[1:])) or str(self.loc[0])


@dataclass(slots=True)
class Problem:
    """One failed request. ``retry_after`` in whole seconds; ``headers`` go out as they are."""

    status: int
    code: str
    message: str
    fields: Sequence[FieldError] = ()
    details: Mapping[str, Any] | None = None
    retry_after: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def by_field(self) -> dict[str, list[str]]:
        """The messages, gathered by the dotted name of their field."""
        gathered: dict[str, list[str]] = {}
        for error in self.fields:
            gathered.setdefault(error.name, []).append(error.message)
        return gathered


class BadInput(Exception):
    """A request refused before any serializer saw it: its bytes, a header, its size.

    ``status`` ``None`` means the dialect's own status of failed validation.
    """

    def __init__(self, error: FieldError, status: int | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.status = status


def too_large() -> BadInput:
    """A body over ``DATA_UPLOAD_MAX_MEMORY_SIZE``."""
    return BadInput(FieldError(("body",), "The request body is too large", "too_large"), 413)
