"""The admin: texts for a reason, an audit nobody edits, one person exported or erased."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from analytics.models import AuditRecord, ProgressFeedback, SupervisorLink

from .people import Clinic, make_user


@pytest.fixture
def boss(clinic: Clinic) -> Client:
    client = Client()
    client.force_login(
        make_user("boss", is_staff=True, is_superuser=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


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
    assert not AuditRecord.objects.exists()
    shown = boss.post(url, {"reason": "complaint 12"})
    assert "a word about her" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    record = AuditRecord.objects.get()
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


def test_one_person_exported_then_erased(clinic: Clinic, boss: Client) -> None:
    url = reverse("admin:auth_user_changelist")
    chosen = {"_selected_action": clinic.therapist.pk}
    answer = boss.post(url, {"action": "export_person", **chosen})
    assert answer["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(answer.content)) as archive:
        assert "analytics.therapistsession.csv" in archive.namelist()
    asked = boss.post(url, {"action": "erase_person", **chosen})
    assert "cannot be undone" in asked.content.decode()
    assert get_user_model().objects.filter(username="thea").exists()
    boss.post(url, {"action": "erase_person", "erase": "yes", **chosen})
    assert not get_user_model().objects.filter(username="thea").exists()
    actions = list(AuditRecord.objects.order_by("seq").values_list("action", flat=True))
    assert actions == ["person.export", "person.erase"]
