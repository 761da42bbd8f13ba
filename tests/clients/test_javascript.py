"""The exercises' document gives its clients a class in JavaScript: it works as it stands."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.modes import NOT_RUN
from tests.support.product import Product

pytestmark = pytest.mark.processes

SCRIPT = Path(__file__).with_name("practice_session_manager.mjs")


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip(NOT_RUN + "no Node.js found")
    return found


def test_the_documents_class_practises(node: str, serve: Callable[..., Product]) -> None:
    product = serve()
    answers = list(product.world.answers.items())[:5]
    exercises = [
        {"id": item, "answer": text if place < 4 else "no idea", "time": place + 1}
        for place, (item, text) in enumerate(answers)
    ]
    environment = {
        **os.environ,
        "BASE_URL": product.base_url,
        "TOKEN": product.world.learners[0].token,
        "EXERCISES": json.dumps(exercises),
    }
    run = subprocess.run([node, SCRIPT], env=environment, capture_output=True, timeout=300)
    assert run.returncode == 0, run.stderr.decode()
    said = json.loads(run.stdout)
    assert [result["is_correct"] for result in said["results"]] == [True] * 4 + [False]
    assert [result["time_taken"] for result in said["results"]] == [1, 2, 3, 4, 5]
    summary = said["summary"]
    assert summary["session_id"] == said["started"]["session_id"]
    assert (summary["total_exercises"], summary["correct_answers"]) == (5, 4)
    assert summary["score_percentage"] == 80.0
