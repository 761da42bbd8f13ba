"""Tests that list pages need the same number of queries for any number of rows."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ..builders import vocabulary
from .worlds import page, practised

LISTS = [
    "session",
    "activity",
    "item",
    "awardedachievement",
    "itemmemory",
    "practiceday",
    "staffaccess",
]


@pytest.mark.parametrize("model", LISTS)
def test_a_list_costs_the_same_queries_for_5_rows_and_for_50(
    client: Client, staff: Any, model: str
) -> None:
    activity = vocabulary()
    for number in range(5):
        practised(number, activity, staff)
        vocabulary([("one", "uno")], key=f"more-{number}", name=f"More {number}")
    client.get(page(model))  # content types and permissions are cached by the process
    with CaptureQueriesContext(connection) as few:
        assert client.get(page(model)).status_code == 200
    for number in range(5, 50):
        practised(number, activity, staff)
        vocabulary([("one", "uno")], key=f"more-{number}", name=f"More {number}")
    with CaptureQueriesContext(connection) as many:
        response = client.get(page(model))
    assert response.context["cl"].result_count >= 45
    assert len(many) == len(few), "\n".join(query["sql"] for query in many)
