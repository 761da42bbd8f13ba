"""The product with its demo, served once for all browser tests, and a page that reports trouble."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.support.databases import ROOT, Databases
from tests.support.product import Product

# Milliseconds. Nothing is timed by this; it only ends a test that would wait in vain.
expect.set_options(timeout=120_000)

DEMO = {"DEBUG": "true", "DEMO": "true"}

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass(frozen=True)
class Portal:
    """``told``: what ``seed_demo --json`` printed."""

    product: Product
    told: dict[str, Any]

    @property
    def right(self) -> dict[str, str]:
        """The accepted answer to each word."""
        return {
            item["word"]: item["answer"]
            for activity in self.told["activities"]
            for item in activity["items"]
        }

    def attempts(self, public_id: str) -> int:
        """How many answers of this session are in the database."""
        sql = "SELECT count(*) FROM sessions_core_attempt WHERE session_id = %s"
        from sessions_core.public_id import decode

        return int(self.product.database.value(sql, decode(public_id)))


@pytest.fixture(scope="session")
def portal(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    database = databases.empty()

    def manage(*command: str) -> str:
        environment = {**os.environ, **DEMO, "DATABASE_URL": database.url}
        run = [sys.executable, "manage.py", *command]
        return subprocess.run(
            run, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    manage("migrate", "--verbosity", "0")
    told = json.loads(manage("seed_demo", "--json"))
    product = Product(database, tmp_path_factory.mktemp("portal"), environment=DEMO).start()
    yield Portal(product, told)
    product.kill()


@pytest.fixture(scope="session")
def base_url(portal: Portal) -> str:
    return portal.product.base_url


@pytest.fixture
def home(page: Page, portal: Portal) -> Page:
    page.goto("/")
    return page


@pytest.fixture
def trouble(page: Page, base_url: str) -> list[str]:
    """What must stay empty: policy violations, script errors, requests to anywhere else."""
    found: list[str] = []

    def note_request(request: Request) -> None:
        here = (base_url, base_url.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(here):
            found.append(f"outside request: {request.url}")

    page.add_init_script(TELL_VIOLATIONS)
    page.on("console", lambda said: said.type == "error" and found.append(said.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", note_request)
    return found


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: under pytest's own folder, kept for the last few runs."""
    return tmp_path
