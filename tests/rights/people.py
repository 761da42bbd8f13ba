"""The roles, each as one person, and a way to try a request and leave nothing behind."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from analytics.tests.people import client_of, make_user

ROLES = ("learner", "therapist", "supervisor", "evaluator", "auditor", "staff")


def make_people() -> dict[str, Any]:
    """One user of each role; ``anonymous`` is nobody."""
    groups = {"therapist", "supervisor", "evaluator", "auditor"}
    people = {
        role: make_user(role, *({role} & groups), is_staff=role in {"staff", "auditor"})
        for role in ROLES
    }
    return {"anonymous": None, **people}


@contextmanager
def left_no_trace() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def status_of(person: Any, operation: str, body: Any = None, **path: object) -> int:
    """The status of ``METHOD /path`` as ``person``; any success is 200."""
    method, route = operation.split(" ")
    for name, value in path.items():
        route = route.replace(f"<{name}>", str(value))
    client = client_of(person)
    with left_no_trace():
        if method == "GET":
            response = client.get(route, body)
        else:
            response = client.generic(method, route, *_json(body))
    return 200 if response.status_code < 400 else response.status_code


def _json(body: Any) -> tuple[bytes, str]:
    return json.dumps(body or {}).encode(), "application/json"
