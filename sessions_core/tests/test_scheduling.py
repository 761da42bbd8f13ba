"""What a learner is given to practise, and how a session changes that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from sessions_core.models import Activity, Item, ItemMemory
from sessions_core.scheduling import FSRSScheduler

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.fixture
def learner():
    return get_user_model().objects.create(username="learner")


@pytest.fixture
def activity():
    return make_activity("words", "easy", "medium", "hard", "easy", "medium", "hard")


def make_activity(key, *difficulties):
    activity = Activity.objects.create(key=key, name=key)
    Item.objects.bulk_create(
        Item(activity=activity, key=str(n), position=n, prompt=str(n), difficulty=difficulty)
        for n, difficulty in enumerate(difficulties)
    )
    return activity


def ids(activity, *positions):
    by_position = dict(activity.items.values_list("position", "pk"))
    return [by_position[position] for position in positions]


def choose(user, activity, count, difficulty="medium", now=NOW, seed=1):
    user_id = user and user.pk
    return FSRSScheduler().choose(user_id, activity, count, difficulty, now, seed)


def remember(user, activity, position, due_at):
    (item_id,) = ids(activity, position)
    ItemMemory.objects.create(
        user=user, item_id=item_id, activity=activity, state=2, stability=3.0, difficulty=5.0,
        due_at=due_at, reviewed_at=due_at - timedelta(days=3),
    )  # fmt: skip


def test_due_then_new_then_soonest(learner, activity):
    remember(learner, activity, 1, NOW + timedelta(days=2))
    remember(learner, activity, 4, NOW + timedelta(days=1))
    remember(learner, activity, 2, NOW)
    remember(learner, activity, 5, NOW - timedelta(days=9))
    chosen = choose(learner, activity, 6)
    assert set(chosen[:2]) == set(ids(activity, 2, 5))
    assert set(chosen[2:4]) == set(ids(activity, 0, 3))
    assert set(chosen[4:]) == set(ids(activity, 1, 4))
    assert choose(learner, activity, 1) == ids(activity, 5), "the most overdue leads"
    assert set(choose(learner, activity, 5)) - set(chosen[:4]) == set(ids(activity, 4))


@pytest.mark.parametrize(
    ("difficulty", "first", "then"),
    [("easy", {0, 3}, {1, 4}), ("medium", {1, 4}, {0, 3}), ("hard", {2, 5}, {1, 4})],
)
def test_new_items_come_by_nearness_of_difficulty(learner, activity, difficulty, first, then):
    assert set(choose(learner, activity, 2, difficulty)) == set(ids(activity, *first))
    assert set(choose(learner, activity, 4, difficulty)) == set(ids(activity, *first, *then))


def test_new_items_of_one_difficulty_come_by_position(learner, activity):
    assert choose(learner, activity, 1, "hard") == ids(activity, 2)


def test_a_seed_repeats_the_order_and_another_changes_it(learner):
    activity = make_activity("many", *["easy"] * 30)
    orders = {tuple(choose(learner, activity, 30, seed=seed)) for seed in (1, 1, 2, 3)}
    assert len(orders) == 3
    assert {frozenset(order) for order in orders} == {frozenset(ids(activity, *range(30)))}


@pytest.mark.parametrize("count", [0, 1, 6, 7, 200])
def test_never_more_than_wanted_or_held_and_each_once(learner, activity, count):
    remember(learner, activity, 0, NOW)
    remember(learner, activity, 1, NOW + timedelta(days=1))
    chosen = choose(learner, activity, count)
    assert len(chosen) == len(set(chosen)) == min(count, 6)


def test_retired_items_and_other_activities_stay_out(learner, activity):
    other = make_activity("other", "medium")
    remember(learner, other, 0, NOW)
    remember(learner, activity, 1, NOW)
    activity.items.filter(position__in=[1, 2]).update(is_active=False)
    assert set(choose(learner, activity, 9)) == set(ids(activity, 0, 3, 4, 5))


def test_memories_of_others_do_not_count_and_guests_have_none(learner, activity):
    stranger = get_user_model().objects.create(username="stranger")
    remember(stranger, activity, 0, NOW)
    assert choose(learner, activity, 1, "medium") == ids(activity, 1)
    assert len(choose(None, activity, 9)) == 6
    FSRSScheduler().review(None, [(ids(activity, 0)[0], True, NOW)])
    assert ItemMemory.objects.count() == 1


def test_a_missed_item_comes_back_before_a_known_one(learner, activity):
    known, missed = ids(activity, 0, 1)
    scheduler = FSRSScheduler()
    for day in range(3):
        at = NOW + timedelta(days=day)
        scheduler.review(learner.pk, [(known, True, at), (missed, False, at)])
    due = dict(ItemMemory.objects.values_list("item_id", "due_at"))
    assert due[missed] == NOW + timedelta(days=2, minutes=1)
    assert due[known] > NOW + timedelta(days=3)
    assert choose(learner, activity, 1, now=NOW + timedelta(days=2, minutes=2)) == [missed]


def test_the_first_attempt_at_an_item_is_the_one_that_counts(learner, activity):
    (item,) = ids(activity, 0)
    FSRSScheduler().review(learner.pk, [(item, False, NOW), (item, True, NOW)])
    memory = ItemMemory.objects.get()
    assert (memory.state, memory.step, memory.due_at) == (1, 0, NOW + timedelta(minutes=1))
    assert memory.activity_id == activity.pk


def test_any_zone_and_a_clock_set_back_are_taken(learner, activity):
    (item,) = ids(activity, 0)
    scheduler = FSRSScheduler()
    scheduler.review(learner.pk, [(item, True, NOW.astimezone(timezone(timedelta(hours=9))))])
    assert ItemMemory.objects.get().due_at == NOW + timedelta(minutes=10)
    scheduler.review(learner.pk, [(item, True, NOW - timedelta(days=1))])
    assert ItemMemory.objects.get().reviewed_at == NOW - timedelta(days=1)


def test_poses_are_not_remembered(learner):
    activity = make_activity("flow", "easy")
    activity.items.update(type="pose")
    FSRSScheduler().review(learner.pk, [(ids(activity, 0)[0], True, NOW)])
    assert not ItemMemory.objects.exists()


def test_statements_do_not_grow_with_items(learner, django_assert_max_num_queries):
    activity = make_activity("many", *["easy"] * 200)
    reviews = [(item_id, True, NOW) for item_id in ids(activity, *range(200))]
    FSRSScheduler().review(learner.pk, reviews[:150])
    with django_assert_max_num_queries(5):
        assert len(choose(learner, activity, 200)) == 200
    with django_assert_max_num_queries(12):  # SQLite takes a few batches
        FSRSScheduler().review(learner.pk, reviews)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sessions_that_end_together_do_not_deadlock(learner):
    activity = make_activity("many", *["easy"] * 40)
    items = ids(activity, *range(40))
    FSRSScheduler().review(learner.pk, [(item, True, NOW) for item in items])

    def end(turn: int) -> None:
        order = items if turn % 2 else items[::-1]
        at = NOW + timedelta(days=1, minutes=turn)
        FSRSScheduler().review(learner.pk, [(item, True, at) for item in order])
        connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(end, range(40)))
    assert ItemMemory.objects.filter(state=2).count() == 40
