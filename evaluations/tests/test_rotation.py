"""Tests a rotation during edits and searches: no read fails, and no word is lost."""

import base64
import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from analytics.limits import SCOPE
from analytics.tests.people import make_clinic
from evaluations.models import Evaluation, EvaluationVersion

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
EVALUATIONS = 12
WIDE = {SCOPE: [(1_000_000, 60)]}


@pytest.mark.django_db(transaction=True)
def test_rotation_while_evaluators_edit_and_people_search(
    record_figure: Callable[[str], None],
) -> None:
    clinic = make_clinic()
    usual = list(settings.FIELD_ENCRYPTION_KEYS)
    with override_settings(FIELD_ENCRYPTION_KEYS=[OLD, *usual], SESSIONS_LIMITS=WIDE):
        urls = [_written(clinic, number) for number in range(EVALUATIONS)]
    done, failures, counts = threading.Event(), [], {"edits": 0, "searches": 0, "reads": 0}

    def repeat(name: str, turn: Callable[[int], None]) -> None:
        number = 0
        try:
            while not done.is_set() or number < 2 * EVALUATIONS:
                turn(number)
                counts[name] += 1
                number += 1
        except AssertionError as error:
            failures.append(error)
        finally:
            connection.close()

    def edit(number: int) -> None:
        api = clinic.client("evaluator")
        body = {"comments": f"edited calmly {number}"}
        assert api.patch(urls[number % EVALUATIONS], body, format="json").status_code == 200

    def search(number: int) -> None:
        word = f"marked{number % EVALUATIONS}x"
        found = clinic.client("supervisor").get(f"/api/evaluation?search={word}")
        assert found.status_code == 200
        (entry,) = found.json()["evaluations"]
        assert word in entry["feedback"]

    def read(number: int) -> None:
        shown = clinic.client("therapist").get(urls[number % EVALUATIONS])
        assert shown.status_code == 200
        assert f"marked{number % EVALUATIONS}x" in shown.json()["feedback"]

    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW, OLD, *usual], SESSIONS_LIMITS=WIDE):
        work = {"edits": edit, "searches": search, "reads": read}
        threads = [threading.Thread(target=repeat, args=each) for each in work.items()]
        for thread in threads:
            thread.start()
        for _ in range(3):
            call_command("rotate_keys", stdout=StringIO())
        done.set()
        for thread in threads:
            thread.join()
    assert not failures
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW], SESSIONS_LIMITS=WIDE):
        for number in range(EVALUATIONS):
            search(number)
            read(number)
        assert all(row.comments for row in Evaluation.objects.all())
        assert EvaluationVersion.objects.count() == counts["edits"]
        call_command("verify_audit", stdout=StringIO())
    record_figure(
        f"P2: rotation under evaluators: {counts['edits']} edits, {counts['searches']} searches, "
        f"{counts['reads']} reads, 0 failed"
    )


def _written(clinic: Any, number: int) -> str:
    body = {
        "sessionId": str(clinic.session.pk),
        "feedback": f"marked{number}x and warm",
        "comments": "first",
        "rating": 4,
    }
    answer = clinic.client("evaluator").post("/api/evaluation", body, format="json")
    return f"/api/evaluation/{answer.json()['evaluationId']}"
