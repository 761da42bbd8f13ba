"""Pseudonyms: audit records refer to an ``AuditPerson``, whose link to the user can be erased."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

from ..models import AuditPerson


def pseudonyms(user_ids: Iterable[Any]) -> dict[Any, AuditPerson]:
    """Returns the ``AuditPerson`` of each existing user, and creates those that are missing."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    people = {person.user_id: person for person in AuditPerson.objects.filter(user__in=wanted)}
    new = wanted - people.keys()
    # Rows are created in the order of their keys, so that two requests cannot deadlock.
    users = get_user_model().objects.filter(pk__in=new).order_by("pk")
    for user in users if new else ():
        people[user.pk], _ = AuditPerson.objects.get_or_create(user=user)
    return people
