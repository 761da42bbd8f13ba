"""Exports and erases a person's sign-ins, logins, groups and history in the admin."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from sessions_core.personal_data import PersonalDataHandler, Rows, delete, register, table


def _export(user_id: Any) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for rows in (Group.objects.filter(user=user_id), _history(user_id), *_sign_ins(user_id)):
        found |= table(rows)
    return found


def _erase(user_id: Any) -> dict[str, int]:
    """Erases the data, including the history of others' changes to the account."""
    return delete(_history(user_id), *_sign_ins(user_id), _logins(user_id))


def _history(user_id: Any) -> QuerySet:
    accounts = ContentType.objects.get_for_model(get_user_model())
    return LogEntry.objects.filter(
        Q(user=user_id) | Q(content_type=accounts, object_id=str(user_id))
    )


def _sign_ins(user_id: Any) -> list[QuerySet]:
    """Returns the records of sign-ins, which django-axes stores by user name."""
    names = get_user_model().objects.filter(pk=user_id).values_list("username", flat=True)
    return [
        model.objects.filter(username__in=names)
        for model in (AccessAttempt, AccessFailureLog, AccessLog)
    ]


def _logins(user_id: Any) -> QuerySet:
    """Returns the person's logins. Only their encoded contents name the user."""
    own = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user_id)
    ]
    return Session.objects.filter(pk__in=own)


def register_accounts() -> None:
    register("langportal", PersonalDataHandler(_export, _erase))
