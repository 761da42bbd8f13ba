"""Records granted and revoked roles in the audit, with who changed them and for whom."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from ..roles import ROLES
from .acting_user import acting_user
from .chain import AuditEvent, append

GIVEN, TAKEN = "post_add", "pre_remove"
ALL_TAKEN = "pre_clear"
#: Columns of the user model that count as roles, and their names in the audit.
FLAGS = {"is_staff": "staff", "is_superuser": "superuser"}


def on_groups_changed(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, **_: Any
) -> None:
    """Receiver of ``m2m_changed`` of the users' groups, changed from either side."""
    if action in {GIVEN, TAKEN, ALL_TAKEN}:
        _record("given" if action == GIVEN else "taken", _changes(instance, reverse, pk_set))


def on_group_deleted(sender: Any, instance: Group, **_: Any) -> None:
    """Receiver of ``pre_delete``: deleting a group revokes its role from all members."""
    _record("taken", _changes(instance, True, None))


def on_user_saving(sender: Any, instance: Any, update_fields: Any, **_: Any) -> None:
    """Receiver of ``pre_save`` of the user model: notes the flags for ``on_user_saved``."""
    if update_fields is not None and not FLAGS.keys() & set(update_fields):
        return
    stored = sender._default_manager.filter(pk=instance.pk).values(*_flags(instance)).first()
    instance._flags_before = stored or dict.fromkeys(_flags(instance), False)


def on_user_saved(sender: Any, instance: Any, **_: Any) -> None:
    """Receiver of ``post_save`` of the user model: it records the flags that changed."""
    before, now = instance.__dict__.pop("_flags_before", {}), _flags(instance)
    changed = [flag for flag in before if before[flag] != now[flag]]
    for flag in changed:
        _record("given" if now[flag] else "taken", [(instance.pk, FLAGS[flag])])


def _flags(user: Any) -> dict[str, bool]:
    return {flag: getattr(user, flag) for flag in FLAGS if hasattr(user, flag)}


def _record(verb: str, changes: Iterable[tuple[Any, str]]) -> None:
    by = acting_user()
    for user_id, role in changes:
        append(
            AuditEvent(
                f"role.{verb}.{role}",
                "groups",
                200,
                actor_id=by.user_id,
                subject_id=user_id,
                address=by.address,
            )
        )


def _changes(instance: Any, reverse: bool, pk_set: set[Any] | None) -> list[tuple[Any, str]]:
    """Returns pairs of user id and role, in order. ``pk_set`` None means all members or groups."""
    if reverse:
        users = instance.user_set.all()
        if pk_set is not None:
            users = get_user_model().objects.filter(pk__in=pk_set)
        return [(user.pk, instance.name) for user in users if instance.name in ROLES]
    groups = instance.groups.all() if pk_set is None else Group.objects.filter(pk__in=pk_set)
    return [(instance.pk, name) for name in sorted(ROLES & {group.name for group in groups})]
