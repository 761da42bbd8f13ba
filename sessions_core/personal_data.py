"""Exports and erases the data of one person.

Each app registers a handler of its own data. ``export`` and ``erase`` call all handlers, so that
no app has to know of another.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class PersonalDataHandler:
    """``export(user_id)`` returns rows by table; ``erase(user_id)`` returns numbers of rows."""

    export: Callable[[Any], dict[str, Rows]]
    erase: Callable[[Any], dict[str, int]]


_handlers: dict[str, PersonalDataHandler] = {}


def register(app_label: str, handler: PersonalDataHandler) -> None:
    _handlers[app_label] = handler


def export(user_id: Any) -> dict[str, Rows]:
    """Returns everything about the person, by table, as JSON types."""
    found = {"auth.user": _rows(get_user_model().objects.filter(pk=user_id), hidden={"password"})}
    for handler in _handlers.values():
        found |= handler.export(user_id)
    return found


def erase(user_id: Any) -> dict[str, int]:
    """Erases the person in one transaction, the account last. Returns counts by table."""
    with transaction.atomic():
        counts: dict[str, int] = {}
        # Rows may refer to those of an app registered earlier, so the order is reversed.
        for handler in reversed(_handlers.values()):
            counts |= handler.erase(user_id)
        _, deleted = get_user_model().objects.filter(pk=user_id).delete()
        return counts | {label.lower(): count for label, count in deleted.items() if count}


def table(rows: models.QuerySet) -> dict[str, Rows]:
    """Returns ``rows`` under their model's label, with encrypted values decrypted."""
    return {rows.model._meta.label_lower: _rows(rows)}


def delete(*querysets: models.QuerySet) -> dict[str, int]:
    """Deletes the rows. Returns counts by table, including rows deleted by cascade."""
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
    """Returns JSON types unchanged, bytes as hex, and other values as text."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
