"""The users of the therapist surface in tests, here and in evaluations, and their test clients."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from analytics.models import (
    AuditHead,
    AuditRecord,
    EvaluatorAssignment,
    SupervisorLink,
    TherapistSession,
)
from analytics.recording import sessions
from sessions_core import tokens


def make_user(name: str, *roles: str, **fields: Any) -> Any:
    user = get_user_model().objects.create_user(name, password="a long enough password", **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def client_of(user: Any = None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user).access}")
    return client


@dataclass
class Clinic:
    """A therapist with two sessions, and users with every relationship to the later one."""

    therapist: Any
    stranger: Any
    supervisor: Any
    far_supervisor: Any
    evaluator: Any
    far_evaluator: Any
    staff: Any
    auditor: Any
    learner: Any
    session: TherapistSession
    earlier: TherapistSession
    foreign: TherapistSession

    def client(self, name: str) -> APIClient:
        return client_of(None if name == "anonymous" else getattr(self, name))


def make_clinic() -> Clinic:
    therapist = make_user("thea", "therapist")
    stranger = make_user("theo", "therapist")
    supervisor = make_user("sue", "supervisor")
    evaluator = make_user("eva", "evaluator")
    earlier = sessions.begin(therapist.pk, client_id="client-17")
    session = sessions.begin(therapist.pk, client_id="client-17")
    foreign = sessions.begin(stranger.pk, client_id="client-99")
    SupervisorLink.objects.create(supervisor=supervisor, therapist=therapist)
    EvaluatorAssignment.objects.create(evaluator=evaluator, session=session)
    clinic = Clinic(
        therapist=therapist,
        stranger=stranger,
        supervisor=supervisor,
        far_supervisor=make_user("sam", "supervisor"),
        evaluator=evaluator,
        far_evaluator=make_user("ed", "evaluator"),
        staff=make_user("stan", is_staff=True),
        auditor=make_user("aud", "auditor", is_staff=True),
        learner=make_user("lea"),
        session=session,
        earlier=earlier,
        foreign=foreign,
    )
    forget_the_audit()
    return clinic


def forget_the_audit() -> None:
    """Empties the audit, which has recorded the granting of the roles."""
    AuditRecord.objects.all().delete()
    AuditHead.objects.all().delete()
