"""Learning sessions: each role on its own, on somebody else's, and on one that is not there."""

from collections.abc import Callable
from typing import Any

import pytest

from analytics.tests.people import client_of
from sessions_core.actor import Actor
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.models import Attempt, Dialect, Session, StaffAccess
from sessions_core.tests.builders import vocabulary

from . import table
from .people import ROLES, make_people, status_of

pytestmark = pytest.mark.django_db
STAFF = ("staff", "auditor")
MISSING = 2**40


class World:
    def __init__(self) -> None:
        self.people = make_people()
        self.activity = vocabulary()
        self.item = self.activity.items.first()
        self.sessions = {role: self._session(self.people[role]) for role in ROLES}

    def _session(self, user: Any) -> Session:
        wishes = Wishes(activity_id=self.activity.pk, item_count=20)
        return start(Actor(user_id=user.pk), Dialect.PORTAL, wishes)

    def session_id(self, role: str, target: str) -> int:
        """The id of the session that is ``target`` to ``role``."""
        if target == "missing":
            return MISSING
        owner = role if target == "own" else next(other for other in ROLES if other != role)
        return self.sessions[owner].pk

    def body(self, operation: str, session_id: int) -> Any:
        answer = {"item_id": str(self.item.pk), "answer": "hola", "time_taken": 1}
        if operation == f"POST {table.PRACTICE}/start":
            return {}
        return {
            f"POST {table.LEARNING}/start": {"activity_id": self.activity.pk},
            f"POST {table.LEARNING}/complete": {"session_id": session_id, "duration_seconds": 9},
            f"PUT {table.LEARNING}/<session_id>/pause": {"duration_so_far": 9},
            f"POST {table.LEARNING}/<session_id>/poses": {"pose_id": self.item.pk},
            f"PATCH {table.LEARNING}/<session_id>": {"notes": "Felt better"},
            f"POST {table.EXERCISES}/session/start": {"session_type": "practice"},
            f"POST {table.LEARNING}/<session_id>/progress": answer,
            f"POST {table.LEARNING}/<session_id>/progress/batch": {"answers": [answer]},
            f"POST {table.EXERCISES}/session/end": {"session_id": session_id},
            f"POST {table.EXERCISES}/submit": {
                "exercise_id": self.item.pk,
                "user_answer": "hola",
                "time_taken": 1,
                "session_id": session_id,
            },
        }.get(operation.replace(table.PRACTICE, table.LEARNING))


@pytest.fixture
def world() -> World:
    return World()


def expected(role: str, target: str, *, foreign: int = 404, staff: int | None = None) -> int:
    """``foreign`` is the status for somebody else's session, ``staff`` that for staff."""
    if role == "anonymous":
        return 401
    if target == "foreign":
        return staff if staff and role in STAFF else foreign
    return 200 if target == "own" else 404


def matrix(world: World, operation: str, expect: Callable[[str, str], int]) -> dict[str, tuple]:
    """The cells that differ: what was answered, and what should have been."""
    wrong = {}
    for role in ("anonymous", *ROLES):
        for target in ("own", "foreign", "missing"):
            session_id = world.session_id("learner" if role == "anonymous" else role, target)
            body = world.body(operation, session_id)
            status = status_of(world.people[role], operation, body, session_id=session_id)
            if status != expect(role, target):
                wrong[f"{role} × {target}"] = (status, expect(role, target))
    return wrong


@pytest.mark.parametrize("operation", sorted(table.SESSION_READ))
def test_a_session_is_read_by_its_owner_and_by_staff(world, operation) -> None:
    assert matrix(world, operation, lambda r, t: expected(r, t, staff=200)) == {}


@pytest.mark.parametrize("operation", sorted(table.SESSION_WRITE))
def test_a_session_is_changed_by_its_owner_alone(world, operation) -> None:
    assert matrix(world, operation, expected) == {}


@pytest.mark.parametrize("operation", sorted(table.PRACTICE_WRITE))
def test_guided_practice_says_that_a_session_is_somebody_elses(world, operation) -> None:
    assert matrix(world, operation, lambda r, t: expected(r, t, foreign=403)) == {}


@pytest.mark.parametrize("operation", sorted(table.SHARED))
def test_what_is_shared_is_read_by_whoever_has_the_link_until_it_is_revoked(
    world, operation
) -> None:
    owner, path = client_of(world.people["learner"]), f"{table.LEARNING}/{{}}/share"
    share = path.format(world.sessions["learner"].pk)
    token = owner.post(share, {}, format="json").json()["token"]

    for person in world.people.values():
        assert status_of(person, operation, token=token) == 200
        assert status_of(person, operation, token=f"{token}x") == 404
    owner.delete(share)
    assert status_of(None, operation, token=token) == 404


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("operation", sorted(table.SESSION_BATCH))
def test_no_answer_of_a_batch_lands_in_somebody_elses_session(world, operation, role) -> None:
    client = client_of(world.people[role])
    for target in ("foreign", "missing"):
        session_id = world.session_id(role, target)
        path = operation.removeprefix("POST ").replace("<session_id>", str(session_id))
        response = client.post(path, world.body(operation, session_id), format="json")
        inner = [result["status"] for result in response.json().get("results", [])]
        assert response.status_code == 404 or inner == [404]
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("operation", sorted(table.PERSONAL))
def test_whoever_is_signed_in_has_sessions_of_their_own(world, operation) -> None:
    statuses = {
        role: status_of(world.people[role], operation, world.body(operation, 0))
        for role in ("anonymous", *ROLES)
    }

    assert statuses == {"anonymous": 401, **dict.fromkeys(ROLES, 200)}


def test_nobody_finds_the_sessions_of_others_in_their_history(world) -> None:
    for role in ROLES:
        shown = client_of(world.people[role]).get(f"{table.LEARNING}/history").json()
        assert [s["id"] for s in shown["sessions"]] == [world.sessions[role].public_id]


def test_a_look_of_staff_is_recorded(world) -> None:
    client_of(world.people["staff"]).get(f"{table.LEARNING}/{world.sessions['learner'].pk}")

    look = StaffAccess.objects.get()
    assert look.staff == world.people["staff"]
    assert look.session == world.sessions["learner"]


@pytest.mark.parametrize("alias", table.ALIASES)
def test_an_alias_asks_for_the_same_rights(world, alias) -> None:
    address = table.ALIASES[alias]
    operations = [o for o in table.SESSION_READ | table.SESSION_WRITE if f" {address}" in o]
    for operation in operations:
        second = operation.replace(address, alias)
        body = world.body(operation, world.sessions["learner"].pk)
        path = {"session_id": world.sessions["learner"].pk}
        assert status_of(None, second, body, **path) == 401
        assert status_of(world.people["therapist"], second, body, **path) == 404
