"""What the database says about tokens: whose they are, and whether they were revoked."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connection
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from ..lifecycle import statements
from ..lifecycle.statements import Statement

Found = tuple[dict[Any, Any], set[str]]

# What a check reads of a user. A host's own model may have them as properties.
_NAMES = ("password", "is_active", "is_staff")


def look_up(ids: Collection[Any], names: Collection[str]) -> Found:
    """The users with these ids, by id, and those of the ``names`` that were revoked."""
    if is_asked_for() and ids:
        asked = asking(ids, names)
        return from_rows(statements.run(asked.sql, *asked.values))
    revoked = BlacklistedToken.objects.filter(token__jti__in=names)
    gone = set(revoked.values_list("token__jti", flat=True))
    return get_user_model().objects.in_bulk(list(ids)), gone


def is_asked_for() -> bool:
    """Whether one statement says it all, whose plan the server keeps: every token is asked for anew
    after a few seconds. On Postgres.
    """
    return statements.on_postgres() and bool(_fields())


def asking(ids: Collection[Any], names: Collection[str]) -> Statement:
    """``look_up`` for whoever runs it. Its rows are for ``from_rows``."""
    return Statement(_select(), [list(names), [str(pk) for pk in ids]])


def from_rows(rows: Sequence[tuple]) -> Found:
    """Nothing is revoked where nobody was found."""
    columns = [field.attname for field in _fields()]
    users = [get_user_model().from_db(DEFAULT_DB_ALIAS, columns, row[:-1]) for row in rows]
    return {user.pk: user for user in users}, set(rows[0][-1]) if rows else set()


@cache
def _fields() -> tuple[Any, ...]:
    """Of the user, in the order of the model; none where they are not columns of its own table."""
    meta = get_user_model()._meta
    wanted = {meta.pk.name, *_NAMES}
    found = tuple(field for field in meta.local_concrete_fields if field.name in wanted)
    return found if len(found) == len(wanted) else ()


@cache
def _select() -> str:
    meta = get_user_model()._meta
    columns = ", ".join(f'u."{field.column}"' for field in _fields())
    return (
        f"SELECT {columns}, ARRAY("
        f"SELECT o.jti FROM {OutstandingToken._meta.db_table} AS o "
        f"JOIN {BlacklistedToken._meta.db_table} AS b ON b.token_id = o.id "
        "WHERE o.jti = ANY(%s::text[])) "
        f'FROM "{meta.db_table}" AS u '
        f'WHERE u."{meta.pk.column}" = ANY(%s::text[]::{meta.pk.db_type(connection)}[])'
    )
