"""Pseudonyms: the audit names nobody, it points at a row that can forget whom it stands for."""

from collections.abc import Iterable
from typing import Any

from ..models import AuditPerson


def pseudonyms(user_ids: Iterable[Any]) -> dict[Any, AuditPerson]:
    """The audit's person for each user, made on first need."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    people = {person.user_id: person for person in AuditPerson.objects.filter(user__in=wanted)}
    for user_id in wanted - people.keys():
        people[user_id], _ = AuditPerson.objects.get_or_create(user_id=user_id)
    return people
