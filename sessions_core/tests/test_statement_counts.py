"""How many statements a request sends, whoever sends it and however long the history is."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_core import tokens

from .builders import answers, learner, vocabulary

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/sessions"


class Learner:
    def __init__(self, activity) -> None:
        self.activity = activity
        self.client = Client()
        token = tokens.issue(learner()).access
        self.headers = {"Authorization": f"Bearer {token}"}
        tokens.verify(token)

    def post(self, path: str, body: dict | None = None, **headers: str):
        response = self.client.post(
            f"{ROOT}{path}",
            body or {},
            content_type="application/json",
            headers={**self.headers, **headers},
        )
        assert response.status_code < 300, response.content
        return response.json()

    def get(self, path: str):
        response = self.client.get(f"{ROOT}{path}", headers=self.headers)
        assert response.status_code == 200, response.content
        return response.json()

    def start(self, words: int = 5, **headers: str):
        wish = {"activity_id": self.activity.pk, "settings": {"word_count": words}}
        return self.post("/start", wish, **headers)

    def practise(self, words: int = 5) -> str:
        """A session with every answer given but the last one; its id."""
        right, begun = answers(self.activity), self.start(words)
        item = begun["first_item"]
        for _ in range(words - 1):
            answer = {"item_id": item["item_id"], "answer": right[item["item_id"]]}
            item = self.post(f"/{begun['session_id']}/progress", answer)["next_item"]
        return begun["session_id"]


@pytest.fixture
def ana() -> Learner:
    return Learner(vocabulary())


def statements(call, *args: object, **kwargs: object) -> int:
    """Without those that begin, end and divide transactions."""
    with CaptureQueriesContext(connection) as captured:
        call(*args, **kwargs)
    told = [query["sql"] or "" for query in captured.captured_queries]
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return len([sql for sql in told if not sql.startswith(control)])


def test_start_whatever_the_number_of_items(ana) -> None:
    ana.practise(20)
    few = statements(ana.start)
    assert few <= 8
    assert statements(ana.start, words=20) == few
    key = {"Idempotency-Key": "one"}
    assert statements(ana.start, **key) == few + 3
    assert statements(ana.start, **key) == 2


def test_complete_whatever_the_length(ana) -> None:
    ana.post(f"/{ana.practise(20)}/complete")  # Wins what is to be won.
    short, long = ana.practise(5), ana.practise(20)
    few = statements(ana.post, f"/{short}/complete")
    assert few <= 14
    assert statements(ana.post, f"/{long}/complete") == few


def test_history_made_and_kept(ana) -> None:
    for _ in range(3):
        ana.practise()
    made = statements(ana.get, "/history")
    assert made <= 4
    assert statements(ana.get, "/history") == made - 1
    assert statements(ana.get, "/history?limit=2&offset=1") == made
    page = ana.get("/history?limit=1")
    assert statements(ana.get, f"/history?limit=1&cursor={page['next_cursor']}") == made


def test_details_made_and_kept(ana) -> None:
    session = ana.practise()
    made = statements(ana.get, f"/{session}")
    assert made <= 3
    assert statements(ana.get, f"/{session}") == 1


def test_stats_and_calendar(ana) -> None:
    ana.post(f"/{ana.practise()}/complete")
    assert statements(ana.get, "/stats") == 4
    assert statements(ana.get, "/calendar") == 2
