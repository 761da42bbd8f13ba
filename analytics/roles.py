"""Roles are Django groups. Each request looks them up, so that a revocation applies at once."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from .errors import NotAllowed

THERAPIST = "therapist"
SUPERVISOR = "supervisor"
EVALUATOR = "evaluator"
AUDITOR = "auditor"
ROLES = frozenset({THERAPIST, SUPERVISOR, EVALUATOR, AUDITOR})


@dataclass(frozen=True, slots=True)
class Caller:
    """The user of a request, with current roles. ``may_audit`` is staff with the auditor right."""

    user_id: Any
    roles: frozenset[str] = frozenset()
    is_staff: bool = False
    may_audit: bool = False

    def has(self, role: str) -> bool:
        return role in self.roles


def caller_of(user_id: Any) -> Caller:
    """Loads a caller with one query. Raises ``NotAllowed`` if the user is deleted or inactive."""
    rows = get_user_model().objects.filter(pk=user_id, is_active=True)
    found = list(rows.values_list("is_staff", "is_superuser", "groups__name"))
    if not found:
        raise NotAllowed
    is_staff, is_superuser, _ = found[0]
    roles = frozenset(name for _, _, name in found if name in ROLES)
    return Caller(user_id, roles, is_staff, is_staff and (is_superuser or AUDITOR in roles))


def create_roles(**_: Any) -> None:
    """Receiver of ``post_migrate``: creates the four groups and the auditor's permission."""
    for name in sorted(ROLES):
        Group.objects.get_or_create(name=name)
    permission = Permission.objects.filter(
        content_type__app_label="analytics", codename="view_auditrecord"
    )
    Group.objects.get(name=AUDITOR).permissions.add(*permission)
