"""What needs no sign-in, and that nothing else does without."""

import pytest
from django.test import Client

from . import table
from .people import status_of
from .routes import served

pytestmark = pytest.mark.django_db

LINKS = (
    table.with_aliases(table.SHARED) | table.COOKIE | table.COOKIE_GIVEN | table.COOKIE_AND_ACCOUNT
)


@pytest.mark.parametrize("operation", sorted(table.OPEN))
def test_it_is_open(operation) -> None:
    method, path = operation.split(" ")

    response = Client().generic(method, path, "{}", "application/json")

    # 503: a run without Redis or migrations may be unready, but says so to anybody.
    sends_to_a_file = response.get("Location", "").startswith("/static/")
    assert response.status_code in {200, 400, 503} or sends_to_a_file


@pytest.mark.parametrize("operation", sorted(served() - table.OPEN - LINKS))
def test_everything_else_asks_for_a_token_first(operation) -> None:
    assert status_of(None, operation, {}) == 401


def test_a_twin_with_a_slash_asks_too() -> None:
    for operation in served() - table.OPEN - LINKS:
        assert status_of(None, f"{operation}/", {}) == 401, operation
