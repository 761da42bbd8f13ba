"""Exports and erases what ``sessions_core`` stores about a person."""

from typing import Any

from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from . import personal_data
from .actor import Actor
from .models import (
    Attempt,
    AwardedAchievement,
    ItemMemory,
    PracticeDay,
    Session,
    StaffAccess,
    Transition,
)
from .personal_data import PersonalDataHandler, Rows, delete, table
from .rest import idempotency


def _export(user_id: Any) -> dict[str, Rows]:
    sessions = Session.objects.filter(user=user_id)
    return {
        **table(sessions),
        **table(Attempt.objects.filter(session__user=user_id)),
        **table(Transition.objects.filter(session__user=user_id)),
        **table(ItemMemory.objects.filter(user=user_id)),
        **table(PracticeDay.objects.filter(user=user_id)),
        **table(AwardedAchievement.objects.filter(user=user_id)),
        **table(
            StaffAccess.objects.filter(session__user=user_id)
            | StaffAccess.objects.filter(staff=user_id)
        ),
        **table(OutstandingToken.objects.filter(user=user_id)),
    }


def _erase(user_id: Any) -> dict[str, int]:
    """Deletes the person's sessions and what is derived from them.

    Also deleted are accesses that the person made as staff, whose foreign key protects the
    account, records of tokens, which the account's deletion would only detach, and responses
    stored for idempotency keys, which may contain erased data.
    """
    answers = {"sessions_core.idempotentresponse": idempotency.forget(Actor(user_id=user_id))}
    return answers | delete(
        OutstandingToken.objects.filter(user=user_id),
        StaffAccess.objects.filter(staff=user_id),
        ItemMemory.objects.filter(user=user_id),
        PracticeDay.objects.filter(user=user_id),
        AwardedAchievement.objects.filter(user=user_id),
        Session.objects.filter(user=user_id),
    )


def register() -> None:
    personal_data.register("sessions_core", PersonalDataHandler(_export, _erase))
