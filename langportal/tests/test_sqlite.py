"""Tests of the settings of SQLite."""

import pytest
from django.db import connection


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_commit_is_on_the_disk_before_it_is_acknowledged() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)  # FULL
