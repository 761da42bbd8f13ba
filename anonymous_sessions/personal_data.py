"""Exports and erases the anonymous sessions that a person's account adopted."""

from typing import Any

from sessions_core.personal_data import PersonalDataHandler, Rows, delete, table
from sessions_core.personal_data import register as register_handler

from .models import Adoption, AnonymousSession, Concept, Usage


def _export(user_id: Any) -> dict[str, Rows]:
    return {
        **table(AnonymousSession.objects.filter(user=user_id)),
        **table(Usage.objects.filter(session__user=user_id)),
        **table(Concept.objects.filter(session__user=user_id)),
        **table(Adoption.objects.filter(user=user_id)),
    }


def _erase(user_id: Any) -> dict[str, int]:
    return delete(
        Adoption.objects.filter(user=user_id), AnonymousSession.objects.filter(user=user_id)
    )


def register() -> None:
    register_handler("anonymous_sessions", PersonalDataHandler(_export, _erase))
