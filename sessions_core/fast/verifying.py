"""Tokens looked at again, by one statement for all whose trust has ended meanwhile."""

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from .. import tokens
from ..tokens import claims
from .batcher import Charged, Job
from .postgres import Connection, given_rows, types_of

# What a look reads of a user. A host's own model may have them as properties, in no column.
_NAMES = ("password", "is_active", "is_staff")


def is_possible() -> bool:
    """Whether all that is read of a user stands in its own table."""
    return len(_fields()) == len(_NAMES) + 1


async def verify(connection: Connection, jobs: list[Job], charged: Charged) -> None:
    """Look at the token of each of the ``jobs``. That it is an ``InvalidToken`` is a result too."""
    look = tokens.Look([job.wanted for job in jobs])
    given = [
        {"number": number, "id": pk, "names": list(claims.names([payload]))}
        for number, payload in enumerate(look.payloads)
        for pk in claims.user_ids([payload])
    ]
    columns = [field.attname for field in _fields()]
    holders: list[Any] = [tokens.InvalidToken("User not found")] * len(look.payloads)
    for number, gone, *row in await connection.rows(_select(), given) if given else ():
        user = get_user_model().from_db(DEFAULT_DB_ALIAS, columns, row)
        (holders[number],) = claims.judged([look.payloads[number]], {user.pk: user}, gone)
    for job, outcome in zip(jobs, look.conclude(holders), strict=True):
        job.result = outcome


@cache
def _fields() -> tuple[Any, ...]:
    """In the order of the model, as ``from_db`` takes them."""
    meta = get_user_model()._meta
    wanted = {meta.pk.name, *_NAMES}
    return tuple(field for field in meta.local_concrete_fields if field.name in wanted)


@cache
def _select() -> str:
    meta = get_user_model()._meta
    key = meta.pk.column
    kind = types_of(get_user_model(), [meta.pk.name])[meta.pk.name]
    columns = ", ".join(f'u."{field.column}"' for field in _fields())
    return f"""
SELECT given.number, ARRAY(
    SELECT o.jti::text FROM json_array_elements_text(given.names) AS name
    CROSS JOIN LATERAL (
        SELECT * FROM {OutstandingToken._meta.db_table} WHERE jti = name OFFSET 0
    ) AS o
    WHERE EXISTS (SELECT FROM {BlacklistedToken._meta.db_table} WHERE token_id = o.id OFFSET 0)
), {columns}
FROM {given_rows({"number": "int", "id": kind, "names": "json"})}
CROSS JOIN LATERAL (
    SELECT * FROM "{meta.db_table}" WHERE "{key}" = given.id OFFSET 0
) AS u
"""
