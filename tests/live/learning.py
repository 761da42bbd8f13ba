"""A learner with a session and a token, whose answers come by the verbs or by request."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from sessions_core import tokens
from sessions_core.actor import Actor
from sessions_core.lifecycle import end, pause
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Activity, Session
from sessions_core.tests.builders import learner, vocabulary
from tests.support.product import Product


@dataclass
class Learning:
    """Everything is done in this process. ``user`` may be given, to be somebody else."""

    user: Any = field(default_factory=learner)
    activity: Activity = field(default_factory=vocabulary)
    sessions: list[Session] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.actor = Actor(user_id=self.user.pk, is_staff=self.user.is_staff)
        self.token = tokens.issue(self.user).access

    def start(self, time_limit: int | None = None) -> Session:
        wishes = Wishes(activity_id=self.activity.pk, item_count=20, time_limit=time_limit)
        session = start(self.actor, "portal", wishes)
        session.items = dict(self.activity.items.values_list("pk", "answer"))
        self.sessions.append(session)
        return session

    def submission(self, session: Session, number: int) -> Submission:
        """The ``number``-th answer: right but for every fifth, the items in turn."""
        items = list(session.items.items())
        item_id, right = items[number % len(items)]
        text = right if number % 5 else "nonsense"
        return Submission(self.actor, session.pk, item_id, text, 1500)

    def answer(self, session: Session, number: int = 0, count: int = 1) -> None:
        """``count`` answers in one commit."""
        for result in answer([self.submission(session, number + i) for i in range(count)]):
            assert not isinstance(result, Exception), result

    def pause(self, session: Session) -> None:
        pause.pause(self.actor, session.pk, route="test")

    def resume(self, session: Session) -> None:
        pause.resume(self.actor, session.pk, route="test")

    def complete(self, session: Session) -> None:
        end.complete(self.actor, session.pk, route="test")


class Asking:
    """Answers by requests to a product, where the fast path takes them. A context manager."""

    def __init__(self, learning: Learning, product: Product) -> None:
        self.learning = learning
        self.http = httpx.Client(
            base_url=f"{product.base_url}/api/v1/sessions",
            headers={"Authorization": f"Bearer {learning.token}"},
            timeout=120,
        )

    def __enter__(self) -> "Asking":
        self.http.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.__exit__(kind, error, trace)

    def answer(self, session: Session, number: int = 0, count: int = 1) -> None:
        """``count`` answers, one request each."""
        for place in range(number, number + count):
            given = self.learning.submission(session, place)
            body = {"item_id": str(given.item_id), "answer": given.answer, "time_taken": 1.5}
            key = {"Idempotency-Key": f"answer {place}"}
            while (answered := self._post(session, body, key)).status_code == 503:
                continue  # as a client does that was told to come back
            assert answered.status_code == 200, answered.text

    def _post(self, session: Session, body: Any, headers: dict[str, str]) -> httpx.Response:
        return self.http.post(f"/{session.pk}/progress", json=body, headers=headers)
