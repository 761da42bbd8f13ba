"""The whole API under requests made from its own OpenAPI document, sound ones and broken ones.

``FUZZ_EXAMPLES`` is the number of requests for each operation and role; ``make fuzz`` sends more.
"""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from langportal.wsgi import application

from ..rights.people import ROLES, make_people

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> Any:
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


schema = schemathesis.pytest.from_fixture("api")


@pytest.fixture(params=["anonymous", *ROLES])
def headers(request, db: None) -> dict[str, str]:
    from sessions_core import tokens

    person = make_people()[request.param]
    return {"Authorization": f"Bearer {tokens.issue(person).access}"} if person else {}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api(case, headers) -> None:
    case.call_and_validate(headers=headers)
