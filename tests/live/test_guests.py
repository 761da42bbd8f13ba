"""Learners without an account at their sockets, in the whole product."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest

from sessions_core import tokens
from sessions_core.actor import Actor
from sessions_core.lifecycle import answer
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Session
from sessions_core.tests.builders import learner
from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher, close_code

pytestmark = pytest.mark.processes


@pytest.fixture
def open_house(another: Callable[..., Product], run) -> Product:
    return another(redis_url=run.redis_url, environment={"GUEST_LEARNERS": "true"})


@dataclass
class Visitor:
    """A browser with an anonymous session, and a learning session begun in it."""

    product: Product
    learning: Learning
    http: httpx.Client

    def __post_init__(self) -> None:
        self.cookie = self.http.post("/api/session/", json={}).json()["session_id"]
        # The cookie is Secure, and the tests' product speaks HTTP.
        self.http.headers["Cookie"] = f"concept_session={self.cookie}"
        body = {"activity_id": self.learning.activity.pk}
        started = self.http.post("/api/v1/sessions/start", json=body)
        assert started.status_code == 201, started.text
        self.public_id = started.json()["session_id"]
        self.row = Session.objects.latest("pk")

    def at_the_socket(self, **options: object) -> dict[str, object]:
        headers = {"Cookie": f"concept_session={self.cookie}"}
        return {
            "token": None,
            "additional_headers": headers,
            "origin": self.product.base_url,
            **options,
        }

    def answer(self) -> None:
        self.row.refresh_from_db()
        item = self.row.plan.item_ids[self.row.answered_count]
        actor = Actor(user_id=self.row.user_id, guest=self.row.guest)
        answer.answer([Submission(actor, self.row.pk, item, "no such word", 900)])


@pytest.fixture
def visit(open_house: Product, learning: Learning) -> Iterator[Callable[[], Visitor]]:
    with ExitStack() as browsers:

        def begin() -> Visitor:
            http = browsers.enter_context(httpx.Client(base_url=open_house.base_url, timeout=120))
            return Visitor(open_house, learning, http)

        yield begin


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()


def test_a_guest_watches_and_answers_in_its_own_session(visitor: Visitor) -> None:
    item = visitor.row.plan.item_ids[0]
    with Watcher(visitor.product, visitor.public_id, **visitor.at_the_socket()) as seen:
        seen.until_id(0)
        visitor.answer()
        seen.until_id(1)
        seen.socket.send(
            f'{{"type": "answer", "key": "k", "data": {{"item_id": "{item}", "answer": "x"}}}}'
        )
        seen.until(lambda: bool(seen.of("answer_result")))
    visitor.row.refresh_from_db()
    assert visitor.row.attempt_count == 2


def test_nobody_else_does(
    visit: Callable[[], Visitor], product: Product, learning: Learning
) -> None:
    visitor, other = visit(), visit()
    account = learning.start()
    mine, theirs = visitor.public_id, other.at_the_socket()

    def close(session: object, **options: object) -> int | None:
        return close_code(visitor.product, session, **options)

    assert close(mine, **theirs) == 4404
    assert close(mine, token=tokens.issue(learner("eve")).access) == 4404
    assert close(account.pk, **theirs) == 4404
    assert close(mine, **visitor.at_the_socket(origin=None)) == 4401
    assert close(mine, **visitor.at_the_socket(origin="http://evil.example")) == 4401
    for cookie in ("not-an-id", "7e57d004-2b97-4e7a-b45f-5387367791cd", str(visitor.row.guest)):
        planted = {"Cookie": f"concept_session={cookie}"}
        assert close(mine, **visitor.at_the_socket(additional_headers=planted)) == 4401, cookie
    # Where the host does not let guests in, the cookie opens nothing.
    shut = visitor.at_the_socket(origin=product.base_url)
    assert close_code(product, mine, **shut) == 4401


def test_an_adoption_closes_the_guests_socket_and_an_undo_the_accounts(visitor: Visitor) -> None:
    token = tokens.issue(learner("bea")).access
    signed_in = {"Authorization": f"Bearer {token}"}
    with Watcher(visitor.product, visitor.public_id, **visitor.at_the_socket()) as guest:
        guest.until_id(0)
        adopted = visitor.http.post("/api/session/adopt", json={}, headers=signed_in)
        assert adopted.json()["contents"]["learning_sessions"] == 1
        assert guest.until_closed() in {4401, 4404}
    visitor.answer()
    assert close_code(visitor.product, visitor.public_id, **visitor.at_the_socket()) == 4401
    with Watcher(visitor.product, visitor.public_id, token) as account:
        account.until_id(1)
        undone = visitor.http.post("/api/session/adopt/undo", headers=signed_in)
        assert undone.status_code == 200, undone.text
        assert account.until_closed() == 4404
    visitor.cookie = undone.json()["session_id"]
    with Watcher(visitor.product, visitor.public_id, **visitor.at_the_socket()) as back:
        back.until_id(1)


def test_a_rotated_id_closes_the_sockets_of_the_old_one(visitor: Visitor) -> None:
    with Watcher(visitor.product, visitor.public_id, **visitor.at_the_socket()) as other_device:
        other_device.until_id(0)
        assert visitor.http.post("/api/session/rotate").status_code == 200
        assert other_device.until_closed() == 4401
    assert isinstance(Session.objects.get(pk=visitor.row.pk).guest, UUID)
