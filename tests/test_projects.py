"""Each app in a project that is not this one."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_anonymous_sessions_serve_another_project_alone():
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "django",
            "test",
            "tests/projects/anonymous_only",
            "--pattern",
            "host_tests.py",
            "--top-level-directory",
            ".",
        ],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.projects.anonymous_only.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Ran 12 tests" in finished.stderr
