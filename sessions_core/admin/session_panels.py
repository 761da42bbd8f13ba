"""Tables of what happened in a session. Inlines cannot show attempts' composite key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime

from ..models import Attempt, Transition
from ..public_id import decode

PAGE = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A table. ``older`` is the query string of its next page, empty on the last one."""

    title: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    older: str = ""


def panels(object_id: str, query: Mapping[str, str]) -> list[Panel]:
    """Returns attempts and changes of state, newest first, at most ``PAGE`` rows of each.

    In ``query``, ``attempts_below`` and ``changes_below`` are event ids that start a further page.
    """
    pk = decode(str(object_id))
    if pk is None:
        return []
    return [
        _attempts(pk, _number(query.get("attempts_below"))),
        _changes(pk, _number(query.get("changes_below"))),
    ]


def _number(text: str | None) -> int | None:
    return decode(text) if text and text.isdigit() else None


def _attempts(pk: int, below: int | None) -> Panel:
    found = Attempt.objects.filter(session_id=pk).select_related("item").order_by("-seq")
    if below is not None:
        found = found.filter(seq__lt=below)
    page = list(found[: PAGE + 1])
    rows = [
        (
            row.seq,
            row.item.prompt,
            row.answer,
            "correct" if row.correct else "close" if row.close else "wrong",
            f"{row.response_ms / 1000:.1f} s",
            f"{row.correct_count} of {row.attempt_count}",
            row.current_streak,
            moment(row.created_at),
        )
        for row in page[:PAGE]
    ]
    headers = ("id", "item", "answer", "verdict", "took", "correct so far", "streak", "when")
    older = f"?attempts_below={page[PAGE - 1].seq}" if len(page) > PAGE else ""
    return Panel("Attempts", headers, rows, older)


def _changes(pk: int, below: int | None) -> Panel:
    found = Transition.objects.filter(session_id=pk).order_by("-seq")
    if below is not None:
        found = found.filter(seq__lt=below)
    page = list(found[: PAGE + 1])
    rows = [
        (row.seq, row.get_status_display(), f"{row.active_ms / 1000:.0f} s", moment(row.at))
        for row in page[:PAGE]
    ]
    older = f"?changes_below={page[PAGE - 1].seq}" if len(page) > PAGE else ""
    return Panel("Changes of state", ("id", "became", "active until then", "when"), rows, older)


def moment(at: datetime) -> str:
    """Formats a time in the server's zone, as the admin does."""
    return format_date(localtime(at), "j M Y, H:i:s")
