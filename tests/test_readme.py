"""What the first page of the documentation tells people to type does what it says."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.databases import ROOT

PYTHON = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.mark.processes
def test_the_session_in_python_runs_to_its_summary(serve) -> None:
    product = serve()
    environment = {**os.environ, "DATABASE_URL": product.database.url, "DEMO": "true"}
    seeding = [sys.executable, "manage.py", "seed_demo", "--force"]
    subprocess.run(seeding, cwd=ROOT, env=environment, check=True, capture_output=True)
    program = PYTHON[1].replace("http://127.0.0.1:8000", product.base_url)

    typed = "\n".join(["palabra 1"] * 5)
    ran = subprocess.run(
        [sys.executable, "-c", program], input=typed, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("palabra") >= 5
    assert "'words_practiced': 5" in ran.stdout
