"""What the product holds about one person, and how to forget it.

Each app registers what it keeps. ``export`` and ``erase`` go through all of them, so that no app
has to know of another.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Keeper:
    """``export(user_id)`` gives rows by table; ``erase(user_id)`` says how many it removed."""

    export: Callable[[Any], dict[str, Rows]]
    erase: Callable[[Any], dict[str, int]]


_keepers: dict[str, Keeper] = {}


def register(app_label: str, keeper: Keeper) -> None:
    _keepers[app_label] = keeper


def export(user_id: Any) -> dict[str, Rows]:
    """Everything that names the person, by table, JSON-ready."""
    found = {"auth.user": _rows(get_user_model().objects.filter(pk=user_id), hidden={"password"})}
    for keeper in _keepers.values():
        found |= keeper.export(user_id)
    return found


def erase(user_id: Any) -> dict[str, int]:
    """Forget the person, the account last; all of it or nothing. Returns counts by table."""
    with transaction.atomic():
        counts: dict[str, int] = {}
        # An app's records may hang on those of an app below it, so the later ones go first.
        for keeper in reversed(_keepers.values()):
            counts |= keeper.erase(user_id)
        _, deleted = get_user_model().objects.filter(pk=user_id).delete()
        return counts | {label.lower(): count for label, count in deleted.items() if count}


def table(rows: models.QuerySet) -> dict[str, Rows]:
    """``rows`` under their model's label, encrypted values opened."""
    return {rows.model._meta.label_lower: _rows(rows)}


def delete(*querysets: models.QuerySet) -> dict[str, int]:
    """Delete each; counts by table, what went along included."""
    counts: dict[str, int] = {}
    for rows in querysets:
        for label, count in rows.delete()[1].items():
            counts[label.lower()] = counts.get(label.lower(), 0) + count
    return counts


def _rows(rows: Iterable[models.Model], hidden: frozenset[str] | set[str] = frozenset()) -> Rows:
    return [
        {
            field.attname: _plain(getattr(row, field.attname))
            for field in row._meta.concrete_fields
            if field.name not in hidden and not isinstance(field, models.CompositePrimaryKey)
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    """JSON's own types; anything else as its text, bytes as hex."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
