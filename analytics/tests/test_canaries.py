"""Tests with a thousand texts that none is stored in the clear, and that roles can read them."""

import logging
import pickle
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from analytics.examples import PROGRESS_METRICS
from analytics.views.base import SCOPE
from sessions_core.models import IdempotentResponse
from tests.support.postgres_server import find_client

from .people import Clinic, make_clinic

WIDE = override_settings(SESSIONS_LIMITS={SCOPE: [(100_000, 60)]})


def _canary(number: int) -> str:
    return f"canary{number:04}seldomword"


def _write(clinic: Clinic, texts: int) -> list[str]:
    """Posts feedback, comments, notes, clients and labels, each with an idempotency key."""
    session = str(clinic.session.pk)
    therapist, evaluator = clinic.client("therapist"), clinic.client("evaluator")
    canaries = [_canary(number) for number in range(texts)]

    def send(api: Any, path: str, body: dict[str, Any], key: str) -> None:
        answer = api.post(path, body, format="json", headers={"Idempotency-Key": key})
        assert answer.status_code in {200, 201}, answer.content

    for a, b, c, d, e in zip(*(canaries[start::5] for start in range(5)), strict=True):
        send(
            evaluator,
            "/api/evaluation",
            {"sessionId": session, "feedback": a, "comments": b, "rating": 3},
            a,
        )
        report = {"progressMetrics": PROGRESS_METRICS, "evaluationFeedback": c}
        send(therapist, "/api/session/progress", {"sessionId": session, **report}, c)
        send(therapist, "/api/session/sessions", {"clientId": d}, d)
        milestone = {"milestoneName": f"m {e[6:10]}", "metadata": {"note": e}}
        points = [{"timestamp": "2025-01-01T10:00:00Z", "value": 5}]
        body = {"sessionId": session, "snapshots": points, "milestones": [milestone]}
        send(therapist, "/api/session/snapshots", body, e)
    return canaries


def _read(clinic: Clinic) -> str:
    """Returns everything that the therapist may read."""
    api, session = clinic.client("therapist"), clinic.session.pk
    parts = [
        api.get(f"/api/session/progress?sessionId={session}&includeFeedback=true").content,
        api.get(f"/api/session/snapshots?sessionId={session}").content,
        api.get(f"/api/evaluation?sessionId={session}").content,
        *(
            api.get(f"/api/session/sessions?limit=200&offset={offset}").content
            for offset in (0, 200)
        ),
    ]
    return b"".join(parts).decode()


def _database(tmp_path: Path) -> bytes:
    """Returns a dump of the database, or on SQLite its file and its log."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(name)) as direct:
            direct.execute("PRAGMA wal_checkpoint")
            dump = "\n".join(direct.iterdump()).encode()
        files = [file for file in (name, f"{name}-wal") if Path(file).exists()]
        # Another process reads them: closing them in this one would release all locks that SQLite
        # has on them here, so that the next connection to close would delete the log.
        return dump + subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    pg_dump = find_client("pg_dump")
    if pg_dump is None:
        pytest.skip("NOT RUN: no pg_dump")
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{name}"
    return subprocess.run([pg_dump, "--inserts", url], check=True, capture_output=True).stdout


def _cache() -> bytes:
    """Returns every entry of the cache, in whichever store it is."""
    if hasattr(cache, "_cache"):
        return pickle.dumps(dict(cache._cache))
    client = cache.client.get_client()
    kept = [client.dump(key) or b"" for key in client.scan_iter("*")]
    return b"".join([*client.scan_iter("*"), *kept])


@WIDE
@pytest.mark.parametrize("texts", [100, pytest.param(1000, marks=pytest.mark.torture)])
@pytest.mark.django_db(transaction=True)
def test_no_text_leaves_a_trace_in_the_clear(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    record_figure: Callable[[str], None],
    texts: int,
) -> None:
    clinic = make_clinic()
    with caplog.at_level(logging.DEBUG):
        canaries = _write(clinic, texts)
        shown = _read(clinic)
    readable = [canary for canary in canaries if canary in shown]
    stores = {
        "database": _database(tmp_path),
        "cache": _cache(),
        "logs": "\n".join(
            f"{record.getMessage()} {record.args}"
            for record in caplog.records
            if not record.name.startswith("django.db")
        ).encode(),
        "stored responses": b"".join(
            bytes(body) for body in IdempotentResponse.objects.values_list("body", flat=True)
        ),
    }
    assert len(stores["database"]) > 100_000
    found = {
        name: [canary for canary in canaries if canary.encode() in content]
        for name, content in stores.items()
    }
    assert found == {name: [] for name in stores}
    assert IdempotentResponse.objects.count() == texts * 4 // 5
    # A page has at most 200 evaluations; the list of 201 sessions has two pages.
    assert len(readable) == texts
    record_figure(
        f"P1: {len(canaries)} texts, {len(readable)} readable by the therapist, found in the clear "
        "in database, dump, cache, logs or stored responses: 0"
    )
