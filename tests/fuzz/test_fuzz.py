"""Every operation under requests made from the OpenAPI document, sound ones and broken ones.

What comes back must be as the document says: its status, its type, its shape. ``FUZZ_EXAMPLES`` is
the number of requests of each kind for each operation and role. Without it, all roles send the same
request of each kind, since most of the time goes into making one; ``make fuzz`` makes more, and
others for each role.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance, status_code_conformance

from langportal.wsgi import application
from sessions_core import tokens

from ..rights.people import ROLES, make_people

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
EVERYBODY = ("anonymous", *ROLES)
CROWDS = [(role,) for role in EVERYBODY] if "FUZZ_EXAMPLES" in os.environ else [EVERYBODY]
SCOPES = ("session_start", "progress", "session_complete", "sign_in", "register")
#: Statuses that the document does not mention, though it should. An entry goes when it does.
NOT_YET_DOCUMENTED = {("GET /api/session/audit", 404)}
#: A document cannot say that an id is unknown or a password too common.
LEFT_OUT = [positive_data_acceptance]

pytestmark = pytest.mark.django_db
load_all_checks()


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The test's transaction is on its connection, which a real request would close at its end."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def unlimited(settings: Any) -> None:
    many = [(10_000_000, 60)]
    settings.SESSIONS_LIMITS = {**dict.fromkeys(SCOPES, many), "therapist_training": many}
    settings.AXES_ENABLED = False


def authorization(person: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.issue(person).access}"} if person else {}


@pytest.mark.parametrize("roles", CROWDS, ids=" ".join)
def test_no_request_breaks_the_api(one_connection, unlimited, roles, record_figure) -> None:
    people = make_people()
    headers = [authorization(people[role]) for role in roles]
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    statuses: Counter[int] = Counter()

    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            statuses += _try_out(operation, mode, headers)

    classes = Counter(f"{status // 100}xx" for status in statuses.elements())
    record_figure(
        f"I1: {', '.join(roles)}: {statuses.total()} requests, {dict(sorted(classes.items()))}"
    )
    assert classes["5xx"] == 0


def _try_out(operation: Any, mode: GenerationMode, senders: list[dict[str, str]]) -> Counter[int]:
    """``senders``: the headers of each who sends what is made."""
    statuses: Counter[int] = Counter()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        for headers in senders:
            response = case.call(headers=headers)
            statuses[response.status_code] += 1
            gap = (operation.label, response.status_code) in NOT_YET_DOCUMENTED
            left_out = [*LEFT_OUT, status_code_conformance] if gap else LEFT_OUT
            case.validate_response(response, headers=headers, excluded_checks=left_out)

    with suppress(Unsatisfiable):  # What takes no input cannot be sent a broken one.
        send()
    return statuses
