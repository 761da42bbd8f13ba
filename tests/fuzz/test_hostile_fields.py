"""I2: hostile values in every field. A documented refusal or stored as sent, on both databases.

The fields are read from the OpenAPI document, so that a new one is tried without a line here. The
therapist and the anonymous surfaces have tests of their own. ``make test`` sends a share of the
values to each field, another one to the next; ``make torture`` and ``make fuzz`` send them all.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.support.databases import Databases
from tests.support.product import Product

from . import hostile

pytestmark = [
    pytest.mark.processes,
    pytest.mark.postgres,
    # In one process: the two products are started once.
    pytest.mark.xdist_group("hostile fields"),
]
#: One in so many of the values.
SHARES = [8, pytest.param(1, marks=pytest.mark.torture)]

OWN_TESTS = ("/api/session", "/api/evaluation")
#: Kept as they were sent, and where.
KEPT = {
    "answer": "SELECT count(*) FROM sessions_core_attempt WHERE answer = %s",
    "user_answer": "SELECT count(*) FROM sessions_core_attempt WHERE answer = %s",
    "email": "SELECT count(*) FROM auth_user WHERE email = %s",
}


@dataclass
class Site:
    """One product and its database, with a session to act on."""

    product: Product
    http: httpx.Client
    session: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        body = {"activity_id": self.product.world.activity_id, "settings": {"word_count": 20}}
        self.session = self.http.post("/api/v1/sessions/start", json=body).json()

    def fill(self, text: str) -> str:
        """A path of the document, with this site's ids."""
        return text.replace("{session_id}", self.session["session_id"])

    def sound(self, example: Any) -> Any:
        """An example of the document, about what there is on this site."""
        real = {
            "activity_id": self.product.world.activity_id,
            "item_id": self.session["first_item"]["item_id"],
            "exercise_id": self.session["first_item"]["item_id"],
            "pose_id": self.session["first_item"]["item_id"],
            "session_id": self.session["session_id"],
            # Another body under a key that was used would be refused for that.
            "idempotency_key": str(uuid4()),
        }
        if isinstance(example, list):
            return [self.sound(each) for each in example]
        if not isinstance(example, dict):
            return example
        return {
            name: real[name] if name in real else self.sound(each) for name, each in example.items()
        }

    def send(self, method: str, path: str, **request: Any) -> tuple[int, Any]:
        """Status and body, without this site's ids."""
        response = self.http.request(method, path, **request)
        if response.status_code == 204:
            return 204, None
        if response.status_code < 400:
            self.begin()
            return response.status_code, hostile.shape(response.json())
        # Rolled back inserts use up ids on Postgres.
        text = response.text.replace(self.session["session_id"], "ID")
        return response.status_code, re.sub(r"\d+", "N", text)


@dataclass
class Trial:
    """Sends the same request to both sites, and notes what is wrong with what comes back."""

    sites: list[Site]
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[Any] = field(default_factory=list)

    def note(self, what: Any, documented: set[str], seen: list[tuple[int, Any]]) -> None:
        status = seen[0][0]
        self.statuses[status] += 1
        if str(status) not in documented or status >= 500:
            self.faults.append(("not documented", what, seen[0]))
        if seen[0] != seen[1]:
            self.faults.append(("the databases differ", what, *seen))


@pytest.fixture(scope="module")
def on_sqlite(run, worker_id) -> Databases:
    return Databases(replace(run, database="sqlite", name=f"{run.name}_lite"), worker_id)


@pytest.fixture(scope="module")
def sites(databases, on_sqlite, tmp_path_factory) -> Iterator[list[Site]]:
    """The product on Postgres and on SQLite, filled alike."""
    folder = tmp_path_factory.mktemp("sites")
    with ExitStack() as endings:
        made = []
        for database in (databases.new(), on_sqlite.new()):
            product = Product(database, folder)
            endings.callback(product.kill)
            product.start()
            headers = {**product.world.learners[0].headers, "Content-Type": "application/json"}
            http = httpx.Client(base_url=product.base_url, headers=headers, timeout=120)
            made.append(Site(product, endings.enter_context(http)))
            made[-1].begin()
        yield made


@pytest.fixture(scope="module")
def document(sites) -> dict[str, Any]:
    return (
        sites[0].http.get("/api/schema/?format=json", headers={"Accept": "application/json"}).json()
    )


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not path.startswith(OWN_TESTS)
    ]


@pytest.mark.parametrize("one_in", SHARES)
def test_i2_hostile_values_in_every_field_of_a_body(sites, document, record_figure, one_in) -> None:
    trial = Trial(sites)
    tried = 0
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        examples = [each["value"] for each in content["examples"].values()]
        for place in dict.fromkeys(hostile.places(document, content["schema"])):
            example = next((each for each in examples if place[0] in each), examples[0])
            tried += 1
            for value in hostile.VALUES[tried % one_in :: one_in]:
                seen = [
                    site.send(
                        method,
                        site.fill(path),
                        content=hostile.encode(hostile.put(site.sound(example), place, value)),
                    )
                    for site in sites
                ]
                what = (method, path, place, str(value)[:40])
                trial.note(what, set(operation["responses"]), seen)
                if seen[0][0] < 300 and place[-1] in KEPT and isinstance(value, str):
                    kept = [s.product.database.value(KEPT[place[-1]], value) for s in sites]
                    if 0 in kept and not (place[-1] == "email" and not value):
                        trial.faults.append(("not kept as sent", what, kept))
    record_figure(
        f"I2: {tried} fields, {trial.statuses.total()} bodies to both databases:"
        f" {dict(sorted(trial.statuses.items()))}, {len(trial.faults)} faults"
    )
    assert trial.faults == [], "\n".join(map(str, trial.faults))


@pytest.mark.parametrize("one_in", SHARES)
def test_i2_hostile_values_in_addresses_and_headers(sites, document, record_figure, one_in) -> None:
    trial = Trial(sites)
    tried = 0
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        example = next(iter(content.get("examples", {}).values()), {"value": None})["value"]
        for parameter in operation.get("parameters", []):
            name, where = parameter["name"], parameter["in"]
            tried += 1
            for value in hostile.TEXTS[tried % one_in :: one_in]:
                if len(value) > 1000 or (where == "path" and value in {"", " "}):
                    continue  # No server takes such a line; no such address.
                seen = [
                    hostile_address(site, method, path, name, where, value, example)
                    for site in sites
                ]
                documented = set(operation["responses"]) | ({"404"} if where == "path" else set())
                trial.note((method, path, name, value), documented, seen)
    record_figure(
        f"I2: {trial.statuses.total()} hostile addresses and headers to both databases:"
        f" {dict(sorted(trial.statuses.items()))}, {len(trial.faults)} faults"
    )
    assert trial.faults == [], "\n".join(map(str, trial.faults))


def hostile_address(
    site: Site, method: str, path: str, name: str, where: str, value: str, example: Any
) -> tuple[int, Any]:
    raw = value.encode("utf-8", "surrogatepass")
    request: dict[str, Any] = {}
    if example is not None:
        request["content"] = hostile.encode(site.sound(example))
    if where == "header":
        raw = raw.strip().replace(b"\0", b"?")  # The client library refuses to send the others.
        request["headers"] = [(name.encode(), raw)]
    if where == "path":
        path = path.replace(f"{{{name}}}", quote(raw, safe=""))
    path = site.fill(path)
    if where == "query":
        path = f"{path}?{quote(name)}={quote(raw, safe='')}"
    return site.send(method, path, **request)
