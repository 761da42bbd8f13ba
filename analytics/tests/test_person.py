"""One person's data: all of it exported, all of it erased, the audit chain whole."""

import json
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import models

from analytics.audit.verify import breaks
from analytics.examples import ANALYTICS_DATA, PROGRESS_METRICS
from analytics.models import AuditRecord
from evaluations.models import Evaluation
from sessions_core import personal_data, personal_files

from .people import Clinic


@pytest.fixture
def lived_in(clinic: Clinic) -> Clinic:
    """Something of everything, said by the therapist and about it."""
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


def test_an_erased_evaluator_leaves_the_word_without_the_name(lived_in: Clinic) -> None:
    call_command("erase_person", "eva", yes=True, stdout=StringIO())
    assert Evaluation.objects.get().evaluator is None
    url = f"/api/evaluation?sessionId={lived_in.session.pk}"
    (entry,) = lived_in.client("therapist").get(url).json()["evaluations"]
    assert (entry["evaluatorId"], entry["feedback"]) == ("erased", "canary said")
    assert not list(breaks())


@pytest.mark.django_db
def test_every_reference_to_a_person_is_exported() -> None:
    """A new foreign key to the user model fails here until its table is exported."""
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
    for keeper in personal_data._keepers.values():
        found |= keeper.export(nobody)
    return found


def test_a_spreadsheet_runs_nothing() -> None:
    text = personal_files.as_csv([{"note": "=HYPERLINK(1)", "n": 1}])
    assert text.splitlines()[1] == "'=HYPERLINK(1),1"
