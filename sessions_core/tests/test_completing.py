"""The end by compare and swap: as by the locks, or nothing at all. Postgres does the comparing."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.forms.models import model_to_dict

from sessions_core import achievements
from sessions_core.errors import KeyInProgress, SessionBusy, SessionFinished, SessionNotFound
from sessions_core.lifecycle import completing, finish, statements
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.statements import Alongside, Statement
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import (
    Activity,
    AwardedAchievement,
    ItemMemory,
    PracticeDay,
    Session,
    Status,
    Transition,
)
from sessions_core.queries import results

from .builders import actor_of
from .fastlane import worlds
from .steps import watched

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WRITTEN = (Session, Transition, PracticeDay, ItemMemory, AwardedAchievement)


@pytest.fixture
def owner(settings, django_user_model) -> Any:
    settings.SESSIONS_CLOCK = f"{worlds.__name__}.stopped_clock"
    settings.SESSIONS_SCHEDULER_SEED = 7
    worlds.build()
    return django_user_model.objects.get(username="ana")


def practised(user: Any, places: range = range(20)) -> Session:
    """A session in which the items at these places were answered, and every sixth one wrongly."""
    activity = Activity.objects.get(key="basic")
    session = start(actor_of(user), "portal", Wishes(activity_id=activity.pk, item_count=20))
    say(user, session, places)
    return session


def say(user: Any, session: Session, places: range) -> None:
    known = dict(session.activity.items.values_list("pk", "answer"))
    for place in places:
        item_id = session.plan.item_ids[place]
        text = "no idea" if place % 6 == 5 else known[item_id]
        answer([Submission(actor_of(user), session.pk, item_id, text, 100)])


def asking(user: Any, session: Session, alongside: Alongside | None = None) -> Any:
    return completing.completing(
        *(actor_of(user), session.pk), route="test", record=lambda _: alongside
    )


def complete(user: Any, session: Session) -> Session:
    return statements.resolve(asking(user, session))


def interrupted(user: Any, session: Session, meanwhile: Callable[[], object]) -> Session:
    """Complete it, with something done between what is read and what is written."""

    def before(statement: Statement) -> None:
        if statement.sql.lstrip().startswith("WITH reviewed"):
            meanwhile()

    return statements.resolve(watched(asking(user, session), before))


def stored() -> dict[str, list[dict[str, Any]]]:
    return {
        model.__name__: [plain(row) for row in model._default_manager.order_by("pk")]
        for model in WRITTEN
    }


def plain(row: models.Model) -> dict[str, Any]:
    """Without what counts attempts at writing it."""
    return {name: value for name, value in model_to_dict(row).items() if name != "id"}


def test_what_it_leaves_is_what_the_locks_leave(settings, django_user_model) -> None:
    def left_by(end: Callable[[Any, Session], Session]) -> list[object]:
        worlds.build()
        user = django_user_model.objects.get(username="ana")
        left: list[object] = []
        # New items, then known ones and new ones, then nothing.
        for places in (range(12), range(20), range(0)):
            ended = end(user, practised(user, places))
            left += [results.of_session(ended), achievements.awarded_in(ended), stored()]
        return left

    settings.SESSIONS_CLOCK = f"{worlds.__name__}.stopped_clock"
    settings.SESSIONS_SCHEDULER_SEED = 7
    by_locks = left_by(lambda user, s: finish.complete(actor_of(user), s.pk, route="test"))
    assert left_by(complete) == by_locks
    assert AwardedAchievement.objects.count() > 1
    assert ItemMemory.objects.exclude(stability=None).count() == 20


def test_an_answer_that_comes_in_between_is_in_the_session_and_the_end_waits(owner) -> None:
    session = practised(owner, range(3))
    with pytest.raises(SessionBusy):
        interrupted(owner, session, lambda: say(owner, session, range(3, 4)))
    session.refresh_from_db()
    assert (session.status, session.attempt_count) == (Status.ACTIVE, 4)
    assert not ItemMemory.objects.exists()
    assert complete(owner, session).attempt_count == 4


def test_of_two_ends_one_is_told_that_it_was_late(owner) -> None:
    session = practised(owner)
    with pytest.raises(SessionBusy):
        interrupted(owner, session, lambda: complete(owner, session))
    with pytest.raises(SessionFinished):
        complete(owner, session)
    assert Transition.objects.filter(session=session, status=Status.COMPLETED).count() == 1


def test_what_another_session_taught_in_between_is_not_overwritten(owner) -> None:
    first, second = practised(owner), practised(owner)
    complete(owner, practised(owner))
    with pytest.raises(SessionBusy):
        interrupted(owner, first, lambda: complete(owner, second))
    taught = list(ItemMemory.objects.order_by("pk").values())
    first.refresh_from_db()
    assert first.status == Status.ACTIVE
    finish.complete(actor_of(owner), first.pk, route="test")
    assert list(ItemMemory.objects.order_by("pk").values()) != taught


def test_items_met_by_two_sessions_at_once_are_met_once(owner) -> None:
    first, second = practised(owner), practised(owner)
    with pytest.raises(IntegrityError):
        interrupted(owner, first, lambda: complete(owner, second))
    first.refresh_from_db()
    assert first.status == Status.ACTIVE
    assert ItemMemory.objects.count() == 20


def test_an_achievement_is_won_once(owner) -> None:
    AwardedAchievement.objects.all().delete()
    first, second = practised(owner, range(0)), practised(owner, range(5))
    Session.objects.exclude(pk__in=[first.pk, second.pk]).delete()
    with pytest.raises(IntegrityError):
        interrupted(owner, first, lambda: complete(owner, second))
    first.refresh_from_db()
    assert first.status == Status.ACTIVE
    assert AwardedAchievement.objects.filter(code="first-step").count() == 1


@pytest.fixture
def held() -> Iterator[Callable[[models.QuerySet], None]]:
    """Holds rows, in a transaction of another connection, until the test is over."""
    go_on, holding = threading.Event(), []

    def hold(rows: models.QuerySet) -> None:
        locked = threading.Event()

        def inside() -> None:
            with transaction.atomic():
                assert list(rows.select_for_update())
                locked.set()
                go_on.wait(20)
            connection.close()

        holding.append(threading.Thread(target=inside))
        holding[-1].start()
        assert locked.wait(20)

    yield hold
    go_on.set()
    for thread in holding:
        thread.join()


@pytest.mark.parametrize("model", [Session, PracticeDay, ItemMemory])
def test_it_waits_for_nobody(owner, held, model) -> None:
    complete(owner, practised(owner))
    session = practised(owner)
    rows = model.objects.filter(user=owner)
    held(rows.filter(pk=session.pk) if model is Session else rows)
    before = stored()
    with pytest.raises(SessionBusy):
        complete(owner, session)
    assert stored() == before


def test_where_the_reply_must_not_be_written_nothing_is(owner) -> None:
    session = practised(owner)
    before = stored()
    nothing = "SELECT id FROM ready WHERE %(never)s::boolean"
    with pytest.raises(KeyInProgress):
        statements.resolve(asking(owner, session, Alongside(nothing, {"never": "f"})))
    assert stored() == before


def test_what_is_left_to_the_locks(owner, settings) -> None:
    late = practised(owner)
    Session.objects.filter(pk=late.pk).update(deadline_at=worlds.stopped_clock().replace(hour=11))
    with pytest.raises(SessionBusy):
        complete(owner, late)
    with pytest.raises(SessionNotFound):
        statements.resolve(
            completing.completing(actor_of(owner), 9**9, route="test", record=lambda _: None)
        )
