"""Tests of the admin: break-glass access, the read-only audit, export and erasure of a person."""

from io import BytesIO
from unittest import mock
from zipfile import ZipFile

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from analytics.audit.verify import breaks
from analytics.models import AuditRecord, ProgressFeedback, SupervisorLink

from .people import Clinic, forget_the_audit, make_user


@pytest.fixture
def boss(clinic: Clinic) -> Client:
    client = Client()
    client.force_login(
        make_user("boss", is_staff=True, is_superuser=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    forget_the_audit()
    return client


def looked() -> list[tuple[str, int]]:
    return list(AuditRecord.objects.order_by("seq").values_list("action", "status"))


@pytest.fixture
def feedback(clinic: Clinic) -> ProgressFeedback:
    return ProgressFeedback.objects.create(
        session=clinic.session, text="a word about her", created_at=clinic.session.started_at
    )


def test_text_is_shown_for_a_reason_and_the_reason_kept(
    clinic: Clinic, boss: Client, feedback: ProgressFeedback
) -> None:
    url = reverse("admin:analytics_progressfeedback_text", args=[feedback.pk])
    for page in (
        boss.get(reverse("admin:analytics_progressfeedback_changelist")),
        boss.get(reverse("admin:analytics_progressfeedback_change", args=[feedback.pk])),
        boss.get(url),
        boss.post(url, {"reason": ""}),
    ):
        assert page.status_code == 200
        assert "a word about her" not in page.content.decode()
    assert looked() == [("progress.list", 200), ("progress.retrieve", 200)]
    shown = boss.post(url, {"reason": "complaint 12"})
    assert "a word about her" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    record = AuditRecord.objects.latest("seq")
    assert (record.action, record.private["reason"]) == ("progress.read", "complaint 12")
    assert record.subject.user_id == clinic.therapist.pk


def test_the_audit_is_read_by_auditors_and_edited_by_nobody(clinic: Clinic, boss: Client) -> None:
    clinic.client("therapist").get("/api/session/sessions")
    page = reverse("admin:analytics_auditrecord_change", args=[1])
    listing = reverse("admin:analytics_auditrecord_changelist")
    auditor, staff = Client(), Client()
    backend = "django.contrib.auth.backends.ModelBackend"
    auditor.force_login(clinic.auditor, backend=backend)
    staff.force_login(clinic.staff, backend=backend)
    assert staff.get(listing).status_code == 403
    for client in (auditor, boss):
        assert client.get(listing).status_code == 200
        assert client.get(page).status_code == 200
        assert client.post(page, {"status": 1}).status_code == 403
        deletion = reverse("admin:analytics_auditrecord_delete", args=[1])
        assert client.post(deletion, {"post": "yes"}).status_code == 403
    assert AuditRecord.objects.get(seq=1).status == 200


def test_a_link_made_in_the_admin_is_audited(clinic: Clinic, boss: Client) -> None:
    body = {
        "supervisor": clinic.far_supervisor.pk,
        "therapist": clinic.therapist.pk,
        "began_at_0": "2025-01-01",
        "began_at_1": "10:00:00",
    }
    assert boss.post(reverse("admin:analytics_supervisorlink_add"), body).status_code == 302
    assert SupervisorLink.objects.filter(supervisor=clinic.far_supervisor).exists()
    record = AuditRecord.objects.get()
    assert (record.action, record.actor.user.username) == ("link.add", "boss")


@pytest.mark.parametrize("model", ["therapistsession", "comparison", "evaluatorassignment"])
def test_the_lists_open(clinic: Clinic, boss: Client, model: str) -> None:
    page = boss.get(reverse(f"admin:analytics_{model}_changelist"))
    assert page.status_code == 200
    assert "client-17" not in page.content.decode()


def test_whoever_looks_at_a_session_in_the_admin_is_told_to_its_therapist(
    clinic: Clinic, boss: Client
) -> None:
    boss.get(reverse("admin:analytics_therapistsession_changelist"))
    page = reverse("admin:analytics_therapistsession_change", args=[clinic.session.pk])
    assert "client-17" not in boss.get(page).content.decode()
    for name, actions in (
        ("therapist", ["sessions.retrieve", "sessions.list"]),
        ("stranger", ["sessions.list"]),
    ):
        shown = clinic.client(name).get("/api/session/audit").json()["records"]
        assert [entry["action"] for entry in shown] == actions, name
    assert not list(breaks())


def test_without_a_record_the_admin_shows_nothing(clinic: Clinic, boss: Client) -> None:
    boss.raise_request_exception = False
    with mock.patch("analytics.admin_base.append", side_effect=OperationalError("gone")):
        page = boss.get(reverse("admin:analytics_therapistsession_changelist"))
    assert page.status_code == 500
    assert str(clinic.session.pk) not in page.content.decode()


def test_the_audit_names_who_gave_and_took_a_role(clinic: Clinic, boss: Client) -> None:
    url = reverse("admin:auth_user_change", args=[clinic.learner.pk])
    form = {
        "username": "lea",
        "is_active": "on",
        "date_joined_0": "2025-01-01",
        "date_joined_1": "10:00:00",
    }
    role = Group.objects.get(name="evaluator").pk
    assert boss.post(url, {**form, "is_staff": "on", "groups": [role]}).status_code == 302
    assert boss.post(url, form, REMOTE_ADDR="203.0.113.9").status_code == 302
    records = list(AuditRecord.objects.order_by("seq"))
    assert [record.action for record in records] == [
        "role.given.staff",
        "role.given.evaluator",
        "role.taken.staff",
        "role.taken.evaluator",
    ]
    assert {record.actor.user.username for record in records} == {"boss"}
    assert {record.subject.user_id for record in records} == {clinic.learner.pk}
    assert records[-1].private["address"] == "203.0.113.9"


def test_with_its_group_a_role_is_taken_from_everybody(clinic: Clinic, boss: Client) -> None:
    url = reverse("admin:auth_group_delete", args=[Group.objects.get(name="evaluator").pk])
    assert boss.post(url, {"post": "yes"}).status_code == 302
    records = AuditRecord.objects.all()
    assert {record.action for record in records} == {"role.taken.evaluator"}
    assert {record.subject.user for record in records} == {clinic.evaluator, clinic.far_evaluator}
    assert {record.actor.user.username for record in records} == {"boss"}


def test_one_person_exported_then_erased(clinic: Clinic, boss: Client) -> None:
    url = reverse("admin:auth_user_changelist")
    chosen = {"_selected_action": clinic.therapist.pk}
    form = boss.post(url, {"action": "export_person", **chosen})
    assert "say what it is for" in form.content.decode()
    refused = {"action": "export_person", "export": "yes", "reason": "", **chosen}
    assert boss.post(url, refused)["Content-Type"].startswith("text/html")
    answer = boss.post(url, {**refused, "reason": "she asked for it"})
    assert answer["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(answer.content)) as archive:
        assert "analytics.therapistsession.csv" in archive.namelist()
    form = boss.post(url, {"action": "erase_person", **chosen})
    assert "cannot be undone" in form.content.decode()
    assert get_user_model().objects.filter(username="thea").exists()
    boss.post(url, {"action": "erase_person", "erase": "yes", **chosen})
    assert not get_user_model().objects.filter(username="thea").exists()
    assert looked() == [("person.export", 200), ("person.erase", 200)]
