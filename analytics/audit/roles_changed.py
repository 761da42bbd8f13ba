"""Roles given and taken stand in the audit of the person they concern."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from ..roles import ROLES
from .chain import Call, append

GIVEN, TAKEN = "post_add", "pre_remove"
ALL_TAKEN = "pre_clear"


def on_groups_changed(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, **_: Any
) -> None:
    """Receiver of ``m2m_changed`` of the users' groups, from either side."""
    if action not in {GIVEN, TAKEN, ALL_TAKEN}:
        return
    verb = "given" if action == GIVEN else "taken"
    for user_id, role in _changes(instance, reverse, pk_set):
        append(Call(f"role.{verb}.{role}", "groups", 200, subject_id=user_id))


def _changes(instance: Any, reverse: bool, pk_set: set[Any] | None) -> list[tuple[Any, str]]:
    """(user's id, role), ordered; ``pk_set`` None means all of them."""
    if reverse:
        users = instance.user_set.all()
        if pk_set is not None:
            users = get_user_model().objects.filter(pk__in=pk_set)
        return [(user.pk, instance.name) for user in users if instance.name in ROLES]
    groups = instance.groups.all() if pk_set is None else Group.objects.filter(pk__in=pk_set)
    return [(instance.pk, name) for name in sorted(ROLES & {group.name for group in groups})]
