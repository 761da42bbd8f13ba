"""Pseudonyms: the audit names nobody, it points at a row that can forget whom it stands for."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

from ..models import AuditPerson


def pseudonyms(user_ids: Iterable[Any]) -> dict[Any, AuditPerson]:
    """The audit's person for each user, made on first need; none for a user who is gone."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    people = {person.user_id: person for person in AuditPerson.objects.filter(user__in=wanted)}
    new = wanted - people.keys()
    # In order, so that two calls with the same new people never wait for each other in a circle.
    users = get_user_model().objects.filter(pk__in=new).order_by("pk")
    for user in users if new else ():
        people[user.pk], _ = AuditPerson.objects.get_or_create(user=user)
    return people
