"""Tests that a person's data is exported and erased completely, and the chain stays valid."""

import json
from io import StringIO
from pathlib import Path
from unittest import mock
from zipfile import ZipFile

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError, models
from django.test import Client
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from analytics.audit.verify import breaks
from analytics.examples import ANALYTICS_DATA, PROGRESS_METRICS
from analytics.models import AuditRecord
from evaluations.models import Evaluation
from sessions_core import personal_data, personal_files, tokens
from sessions_core.models import IdempotentResponse

from .people import Clinic, client_of


@pytest.fixture
def lived_in(clinic: Clinic) -> Clinic:
    """Creates data of every kind, by the therapist and about it."""
    session = str(clinic.session.pk)
    therapist = clinic.client("therapist")
    for path, body in (
        ("progress", {"progressMetrics": PROGRESS_METRICS, "evaluationFeedback": "canary own"}),
        ("snapshots", {"snapshots": [{"timestamp": "2025-01-01T10:00:00Z", "value": 5}]}),
        ("analytics", {"analyticsData": ANALYTICS_DATA}),
    ):
        body = {"sessionId": session, **body}
        assert therapist.post(f"/api/session/{path}", body, format="json").status_code == 200
    pair = {"currentSessionId": session, "previousSessionId": str(clinic.earlier.pk)}
    assert therapist.post("/api/session/comparison", pair, format="json").status_code == 201
    said = {"sessionId": session, "feedback": "canary said", "rating": 4}
    written = clinic.client("evaluator").post("/api/evaluation", said, format="json")
    assert written.status_code == 201
    return clinic


def test_the_export_has_everything_readable(lived_in: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "thea.zip"
    call_command("export_person", "thea", str(file), stdout=StringIO())
    with ZipFile(file) as archive:
        tables = json.loads(archive.read("person.json"))
        names = set(archive.namelist())
    for table in (
        "analytics.therapistsession",
        "analytics.progressrecord",
        "analytics.progressfeedback",
        "analytics.snapshot",
        "analytics.milestone",
        "analytics.skillscore",
        "analytics.analyticsentry",
        "analytics.comparison",
        "analytics.supervisorlink",
        "analytics.evaluatorassignment",
        "analytics.auditrecord",
        "evaluations.evaluation",
    ):
        assert tables[table], table
        assert f"{table}.csv" in names
    assert tables["analytics.progressfeedback"][0]["text"] == "canary own"
    assert tables["evaluations.evaluation"][0]["feedback"] == "canary said"
    assert "password" not in tables["auth.user"][0]
    assert AuditRecord.objects.filter(action="person.export").exists()
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_person", "thea", str(file))


def test_nothing_names_an_erased_therapist(lived_in: Clinic) -> None:
    therapist_id = lived_in.therapist.pk
    records = AuditRecord.objects.count()
    call_command("erase_person", "thea", yes=True, stdout=StringIO())
    assert not get_user_model().objects.filter(pk=therapist_id).exists()
    left = {name: rows for name, rows in personal_data.export(therapist_id).items() if rows}
    assert left == {}
    assert AuditRecord.objects.count() == records + 1
    assert not list(breaks())
    others = lived_in.client("stranger").get("/api/session/sessions").json()
    assert others["total"] == 1


def test_nothing_of_the_sign_ins_of_an_erased_person_is_left(lived_in: Clinic) -> None:
    """Tokens, logins, stored responses and the admin's history of this person alone are erased."""
    for user in (lived_in.therapist, lived_in.stranger):
        tokens.rotate(tokens.issue(user).refresh)
        Client().force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        AccessAttempt.objects.create(username=user.username, failures_since_start=1)
        LogEntry.objects.create(
            user=lived_in.staff,
            content_type=ContentType.objects.get_for_model(user),
            object_id=str(user.pk),
            object_repr=user.username,
            action_flag=CHANGE,
        )
        client_of(user).post(
            "/api/session/sessions",
            {"clientId": "canary client"},
            format="json",
            headers={"Idempotency-Key": "one"},
        )
    tables = OutstandingToken, Session, AccessAttempt, LogEntry, IdempotentResponse
    counts = {table: table.objects.count() for table in tables}
    exported = personal_data.export(lived_in.therapist.pk)
    for name in ("token_blacklist.outstandingtoken", "admin.logentry", "axes.accessattempt"):
        assert exported[name], name
    assert [row["name"] for row in exported["auth.group"]] == ["therapist"]
    call_command("erase_person", "thea", yes=True, stdout=StringIO())
    left = {table: table.objects.count() for table in tables}
    assert left == {table: count - 1 for table, count in counts.items()}
    assert not LogEntry.objects.filter(object_repr="thea").exists()


def test_the_export_tells_nobody_where_others_called_from(lived_in: Clinic) -> None:
    url = f"/api/session/progress?sessionId={lived_in.session.pk}&reason=complaint+12"
    lived_in.client("staff").get(url, REMOTE_ADDR="203.0.113.9")
    lived_in.client("therapist").get(url, REMOTE_ADDR="203.0.113.10")
    rows = personal_data.export(lived_in.therapist.pk)["analytics.auditrecord"]
    assert rows[0]["private"]["address"] == "203.0.113.10"
    assert rows[1]["private"] == {"reason": "complaint 12"}


def test_a_list_over_an_erased_therapist_stays_in_the_chain(lived_in: Clinic) -> None:
    lived_in.client("staff").get("/api/session/sessions?reason=about+thea")
    (row,) = AuditRecord.objects.filter(action="sessions.list")
    assert personal_data.export(lived_in.therapist.pk)["analytics.auditrecord"][0]["seq"] == row.seq
    call_command("erase_person", "thea", yes=True, stdout=StringIO())
    row.refresh_from_db()
    assert row.private is None, "the reason may name the person"
    assert not list(breaks())


def test_the_audit_says_who_ran_the_command(lived_in: Clinic, tmp_path: Path) -> None:
    with mock.patch("getpass.getuser", return_value="operator7"):
        call_command("export_person", "thea", str(tmp_path / "thea.zip"), stdout=StringIO())
    record = AuditRecord.objects.get(action="person.export")
    assert (record.actor, record.private["reason"]) == (None, "command run by operator7")


def test_without_its_record_nothing_is_exported_or_erased(lived_in: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "thea.zip"
    with mock.patch(
        "analytics.audit.personal_data_requests.append", side_effect=OperationalError("gone")
    ):
        for name, options in (("export_person", [str(file)]), ("erase_person", ["--yes"])):
            with pytest.raises(OperationalError):
                call_command(name, "thea", *options, stdout=StringIO())
    assert not file.exists()
    assert get_user_model().objects.filter(username="thea").exists()


def test_an_erased_evaluator_leaves_the_word_without_the_name(lived_in: Clinic) -> None:
    call_command("erase_person", "eva", yes=True, stdout=StringIO())
    assert Evaluation.objects.get().evaluator is None
    url = f"/api/evaluation?sessionId={lived_in.session.pk}"
    (entry,) = lived_in.client("therapist").get(url).json()["evaluations"]
    assert (entry["evaluatorId"], entry["feedback"]) == ("erased", "canary said")
    assert not list(breaks())


@pytest.mark.django_db
def test_every_reference_to_a_person_is_exported() -> None:
    """This fails for a new foreign key to the user model until its table is exported."""
    ours = {"sessions_core", "analytics", "evaluations", "anonymous_sessions"}
    naming = {
        model._meta.label_lower
        for model in apps.get_models()
        if model._meta.app_label in ours
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model is get_user_model()
    }
    assert naming - set(_tables()) == {"analytics.auditperson"}


def _tables() -> dict[str, personal_data.Rows]:
    nobody = -1
    found: dict[str, personal_data.Rows] = {}
    for handler in personal_data._handlers.values():
        found |= handler.export(nobody)
    return found


def test_a_spreadsheet_runs_nothing() -> None:
    text = personal_files.as_csv([{"note": "=HYPERLINK(1)", "n": 1}])
    assert text.splitlines()[1] == "'=HYPERLINK(1),1"
