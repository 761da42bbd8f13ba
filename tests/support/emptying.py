"""Empties the database after a test that committed, in a hundredth of the time that Django takes.

Django truncates every table, and Postgres writes new files for each of them and for its indexes;
then Django makes the content types and the permissions anew. Few tests fill more than a few tables,
so here only the rows that are there are deleted, and what is the same in every database is left.
At the end of the run the database is dropped, whoever is still connected to it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# The same in every database; nothing in them belongs to a test.
KEPT = ("django_content_type", "auth_permission")
# A table that has grown over this many bytes is truncated, with all others.
LARGE = 1024 * 1024

EMPTY = """
DO $$
DECLARE
    names text[] := ARRAY[{names}]::text[];
    name text;
    filled boolean;
BEGIN
    FOREACH name IN ARRAY names LOOP
        IF pg_relation_size(quote_ident(name)::regclass) > {large} THEN
            EXECUTE 'TRUNCATE ' || (SELECT string_agg(quote_ident(each), ', ')
                                    FROM unnest(names) each);
            EXIT;
        END IF;
    END LOOP;
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
END $$;
"""

RESTART = """
SELECT setval(number.objid::regclass, 1, false)
FROM pg_depend number JOIN pg_class made ON made.oid = number.objid AND made.relkind = 'S'
WHERE number.deptype IN ('a', 'i') AND number.refobjid = ANY (
    SELECT quote_ident(name)::regclass::oid FROM unnest(ARRAY[{names}]::text[]) name
);
"""


@contextmanager
def quick() -> Iterator[None]:
    """Django's ``flush``, which its tests call as well, does its work as above."""
    from django.core.management.commands import flush
    from django.db.backends.postgresql.creation import DatabaseCreation

    signal: Callable[..., None] = flush.emit_post_migrate_signal
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_destroy_test_db", _drop)
        patch.setattr(flush, "sql_flush", _statements)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *told: _signal(signal, *told))
        yield


def _drop(creation: Any, test_database_name: str, verbosity: int) -> None:
    """In the place of Django's method, which fails where a thread has left a connection open."""
    with creation._nodb_cursor() as cursor:
        name = creation.connection.ops.quote_name(test_database_name)
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _statements(
    style: Any, connection: Any, reset_sequences: bool = True, allow_cascade: bool = False
) -> list[str]:
    """In the place of Django's function of the same arguments."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    emptied = [table for table in tables if table not in KEPT]
    if connection.vendor != "postgresql":
        return connection.ops.sql_flush(
            style, emptied, reset_sequences=reset_sequences, allow_cascade=allow_cascade
        )
    names = ", ".join(f"'{table}'" for table in emptied)
    made = [EMPTY.format(names=names, large=LARGE)]
    return [*made, RESTART.format(names=names)] if reset_sequences else made


def _signal(signal: Callable[..., None], *told: Any) -> None:
    """Tell the apps, as after a migration, but for those that would make what was kept."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    permissions = {"dispatch_uid": "django.contrib.auth.management.create_permissions"}
    left = post_migrate.disconnect(create_permissions, **permissions)
    left = post_migrate.disconnect(create_contenttypes) and left
    assert left, "Django makes content types and permissions in another way than it did."
    try:
        signal(*told)
    finally:
        post_migrate.connect(create_contenttypes)
        post_migrate.connect(create_permissions, **permissions)
