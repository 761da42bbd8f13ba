"""The people of the demo. They share a password, which the home page shows if ``DEMO`` is set."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group, Permission, User
from django.core.management.base import CommandError

PASSWORD = "practise-out-loud"

# A domain that cannot exist marks the demo's accounts, so that a real one is never changed.
DOMAIN = "demo.invalid"


@dataclass(frozen=True, slots=True)
class Person:
    """``roles`` are groups. People marked ``extra`` have a history but are not in the report."""

    name: str
    roles: tuple[str, ...] = ()
    is_staff: bool = False
    extra: bool = False


PEOPLE = (
    Person("learner"),
    Person("learner2"),
    Person("learner3"),
    Person("newcomer"),
    Person("therapist", ("therapist",)),
    Person("therapist2", ("therapist",)),
    Person("therapist3", ("therapist",)),
    Person("supervisor", ("supervisor",)),
    Person("evaluator", ("evaluator",)),
    Person("staff", is_staff=True),
    Person("ana", extra=True),
    Person("bruno", extra=True),
    Person("chiara", extra=True),
    Person("dmitri", extra=True),
)
LEARNERS = [person.name for person in PEOPLE[:4]]

# Staff may view everything in the admin, end a session, and edit the catalogue.
STAFF_CHANGES = ("change_session", "change_activity", "change_item", "add_activity", "add_item")


def seed() -> dict[str, User]:
    """Creates the missing accounts; returns all by name.

    Raises ``CommandError`` if an account that is not the demo's has one of the names.
    """
    users = get_user_model().objects
    found = {user.username: user for user in users.filter(username__in=[p.name for p in PEOPLE])}
    for user in found.values():
        if not user.email.endswith(f"@{DOMAIN}"):
            raise CommandError(
                f"{user.username!r} is an account of somebody else here; left alone."
            )
    password = _password_hash(found)
    made = {person.name: found.get(person.name) or _make(person, password) for person in PEOPLE}
    for user in made.values():
        if user.password != password:
            user.password = password
            user.save(update_fields=["password"])
    return made


def _password_hash(found: dict[str, User]) -> str:
    """Returns one hash for all accounts, because computing fourteen would take too long."""
    for encoded in {user.password for user in found.values()}:
        if check_password(PASSWORD, encoded):
            return encoded
    return make_password(PASSWORD)


def _make(person: Person, password: str) -> User:
    user = get_user_model().objects.create(
        username=person.name,
        email=f"{person.name}@{DOMAIN}",
        password=password,
        is_staff=person.is_staff,
    )
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in person.roles])
    if person.is_staff:
        user.user_permissions.set(_staff_permissions())
    return user


def _staff_permissions() -> list[Permission]:
    rows = Permission.objects.filter(content_type__app_label__in=["sessions_core", "auth"])
    return [
        right
        for right in rows
        if right.codename.startswith("view_") or right.codename in STAFF_CHANGES
    ]
