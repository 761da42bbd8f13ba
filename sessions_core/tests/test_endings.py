"""What begins and ends a session: told without asking again, and whole or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from sessions_core import achievements, retrying
from sessions_core.errors import NotYourSession
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.end import complete
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import AwardedAchievement, ItemMemory, PracticeDay, Session
from sessions_core.queries import current, results

from .builders import actor_of, learner, vocabulary

pytestmark = pytest.mark.django_db


def begin(actor, activity, words=5):
    return start(actor, "portal", Wishes(activity_id=activity.pk, item_count=words))


def practise(actor, session, places, right):
    """Answer the items at these places of the plan, in this order."""
    known = dict(session.activity.items.values_list("pk", "answer"))
    for place in places:
        item_id = session.plan.item_ids[place]
        text = known[item_id] if right(place) else "no idea"
        answer([Submission(actor, session.pk, item_id, text, 100)])


def end(actor, session):
    return complete(actor, session.pk, route="test")


def test_the_first_item_is_the_one_that_is_read() -> None:
    actor = actor_of(learner())
    session = begin(actor, vocabulary())
    assert current.next_item(session) == current.next_item(Session.objects.get(pk=session.pk))
    practise(actor, session, [0], bool)
    later = current.next_item(Session.objects.get(pk=session.pk))
    assert later is not None
    assert later.id == session.plan.item_ids[1]


def test_an_end_is_shown_as_it_is_read_and_asks_nothing(django_assert_num_queries) -> None:
    actor = actor_of(learner())
    session = begin(actor, vocabulary())
    practise(actor, session, [3, 0, 1], lambda place: place == 1)
    practise(actor, session, [3, 2, 0, 3], bool)
    ended = end(actor, session)
    with django_assert_num_queries(0):
        shown = results.of_session(ended), achievements.awarded_in(ended)
    stored = Session.objects.get(pk=session.pk)
    assert shown == (results.of_session(stored), achievements.awarded_in(stored))
    told, won = shown
    places = [session.plan.item_ids.index(result.item_id) for result in told]
    assert places == [1, 2, 0, 3]
    assert [(result.attempts, result.correct) for result in told] == [
        (1, 1),
        (1, 1),
        (2, 0),
        (3, 2),
    ]
    assert [result.first_correct for result in told] == [True, True, False, False]
    assert ended.mastered_count == stored.mastered_count == 2
    assert [each.code for each in won] == ["first-step"]


def test_the_scheduler_is_told_first_attempts_in_their_order(settings) -> None:
    settings.SESSIONS_SCHEDULER = f"{__name__}.Listener"
    actor = actor_of(learner())
    session = begin(actor, vocabulary())
    practise(actor, session, [3, 0, 1, 3], lambda place: place == 1)
    end(actor, session)
    ids = [session.plan.item_ids[place] for place in (3, 0, 1)]
    assert [told[:2] for told in Listener.told] == list(zip(ids, (False, False, True), strict=True))


class Listener:
    """The scheduler of a host."""

    told: list = []

    def choose(self, user_id, activity, count, difficulty, now, seed):
        return list(activity.items.values_list("pk", flat=True)[:count])

    def review(self, user_id, first_attempts):
        Listener.told = list(first_attempts)


def test_a_refusal_leaves_the_running_transaction_usable() -> None:
    ana, ben = actor_of(learner()), actor_of(learner("ben"))
    session = begin(ana, vocabulary())
    with transaction.atomic():
        with pytest.raises(NotYourSession):
            end(ben, session)
        assert end(ana, session).status == "completed"
    assert Session.objects.get().status == "completed"


def test_an_end_that_breaks_inside_a_running_transaction_leaves_nothing(monkeypatch) -> None:
    actor = actor_of(learner())
    session = begin(actor, vocabulary())

    def broken(session):
        raise ZeroDivisionError

    monkeypatch.setattr(achievements, "award", broken)
    with transaction.atomic(), pytest.raises(ZeroDivisionError):
        end(actor, session)
    assert Session.objects.get().status == "active"
    assert PracticeDay.objects.get().ended == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sessions_of_one_learner_that_end_together_wait_for_each_other(monkeypatch) -> None:
    monkeypatch.setattr(retrying, "ATTEMPTS", 1)
    actor, activity = actor_of(learner()), vocabulary()
    sessions = [begin(actor, activity, 20) for _ in range(24)]
    for number, session in enumerate(sessions):
        practise(actor, session, range(20)[:: 1 if number % 2 else -1], bool)

    def together(session) -> str:
        try:
            begin(actor, activity)
            return end(actor, session).status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(together, sessions)) == {"completed"}
    day = PracticeDay.objects.get()
    assert (day.started, day.ended, day.completed) == (48, 24, 24)
    assert (day.attempts, day.correct) == (480, 480 - 24)
    assert ItemMemory.objects.count() == 20
    codes = list(AwardedAchievement.objects.values_list("code", flat=True))
    assert len(codes) == len(set(codes))
    assert {"sharp-mind", "first-step", "ten-in-a-row"} <= set(codes)
