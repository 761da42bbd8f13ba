"""What a visitor without an account practised counts for the account that claims it, once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from sessions_core import achievements
from sessions_core.actor import Actor
from sessions_core.clock import standing_at
from sessions_core.lifecycle import answer, claim, end, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import AwardedAchievement, ItemMemory, PracticeDay, Session

from .builders import WORDS, actor_of, client_of, learner, vocabulary

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def activity():
    return vocabulary(WORDS[:10])


@pytest.fixture
def guest():
    return Actor(guest=uuid4())


def practise(actor, activity, on, wrong=(), end=end.complete):
    """A session of all ten words on the day ``on``, right but for those at ``wrong``."""
    moment = FIRST + timedelta(days=on)
    with standing_at(moment):
        session = start.start(actor, "portal", start.Wishes(activity.pk))
        items = {item.pk: item for item in activity.items.all()}
        for number, item_id in enumerate(sorted(session.plan.item_ids)):
            given = "no such word" if number in wrong else items[item_id].answer
            answer.answer([Submission(actor, session.pk, item_id, given, 900)])
    if end is not None:
        with standing_at(moment + timedelta(minutes=5)):
            end(actor, session.pk, route="test")
    return Session.objects.get(pk=session.pk)


STATE = ("item_id", "activity_id", "state", "step", "stability", "difficulty", "due_at")


def kept(user):
    """All that the account has from its sessions, but for the sessions themselves."""
    return {
        "memory": list(
            ItemMemory.objects.filter(user=user)
            .order_by("item_id")
            .values_list(*STATE, "reviewed_at")
        ),
        "achievements": set(
            AwardedAchievement.objects.filter(user=user).values_list("code", "awarded_at")
        ),
        "days": list(
            PracticeDay.objects.filter(user=user, started__gt=0)
            .order_by("day")
            .values_list("day", "started", "ended", "practised", "completed", "seconds", "attempts")
        ),
    }


def test_claimed_sessions_count_as_if_the_account_had_made_them(activity, guest):
    claims, made = learner("claims"), learner("made")
    for who in (guest, actor_of(made)):
        practise(who, activity, on=0, wrong={2})
        practise(who, activity, on=1, wrong={0, 5})
        practise(who, activity, on=2, end=end.cancel)
    claim.claim(guest.guest, claims.pk)
    assert kept(claims) == kept(made)
    assert len(kept(claims)["memory"]) == 10
    assert {code for code, _ in kept(claims)["achievements"]} == {"first-step", "sharp-mind"}


def test_they_count_among_what_the_account_did_before_and_after(activity, guest):
    claims, made = learner("claims"), learner("made")
    for on in (0, 2, 4):
        practise(actor_of(claims), activity, on, wrong={1})
    for on in (1, 3):
        practise(guest, activity, on, wrong={0, 3})
    for on in range(5):
        practise(actor_of(made), activity, on, wrong={1} if on % 2 == 0 else {0, 3})
    claim.claim(guest.guest, claims.pk)
    assert kept(claims)["memory"] == kept(made)["memory"]
    assert kept(claims)["days"] == kept(made)["days"]


def test_a_claimed_day_completes_the_accounts_row_of_seven(activity, guest):
    user = learner()
    for on in (0, 1, 2, 4, 5, 6):
        practise(actor_of(user), activity, on)
    practise(guest, activity, on=3)
    ids = claim.claim(guest.guest, user.pk)
    award = AwardedAchievement.objects.get(user=user, code="seven-days")
    assert award.session.local_day == FIRST.date() + timedelta(days=6)
    claim.release(ids, user.pk, guest.guest)
    assert not AwardedAchievement.objects.filter(code="seven-days").exists()


def test_claiming_again_changes_nothing(activity, guest):
    user = learner()
    practise(guest, activity, on=0)
    assert len(claim.claim(guest.guest, user.pk)) == 1
    before = kept(user)
    assert claim.claim(guest.guest, user.pk) == []
    assert kept(user) == before


def test_a_release_takes_back_all_that_the_claim_gave_and_nothing_else(activity, guest):
    user, never = learner("user"), learner("never")
    for who in (user, never):
        practise(actor_of(who), activity, on=0)
    for on in (1, 2):
        practise(guest, activity, on)
    before = kept(user)
    ids = claim.claim(guest.guest, user.pk)
    assert kept(user) != before
    claim.release(ids, user.pk, guest.guest)
    assert kept(user) == before == kept(never)
    assert Session.objects.filter(guest=guest.guest, claimed_at=None).count() == 2
    claim.release(ids, user.pk, guest.guest)
    assert kept(user) == before
    claim.claim(guest.guest, user.pk)
    assert len(kept(user)["memory"]) == 10


def test_what_the_account_earned_meanwhile_stays_with_it(activity, guest):
    user, alone = learner("user"), learner("alone")
    practise(guest, activity, on=0)
    ids = claim.claim(guest.guest, user.pk)
    own = {who: practise(actor_of(who), activity, on=1) for who in (user, alone)}
    assert achievements.awarded_in(own[user]) == [], "the claimed session had earned them"
    claim.release(ids, user.pk, guest.guest)
    assert kept(user) == kept(alone)
    assert {each.code for each in achievements.awarded_in(own[user])} == {
        *("first-step", "sharp-mind", "flawless", "ten-in-a-row")
    }


def test_one_that_the_account_ended_goes_back_with_all_it_taught(activity, guest):
    user = learner()
    session = practise(guest, activity, on=0, end=None)
    ids = claim.claim(guest.guest, user.pk)
    assert kept(user)["memory"] == []
    end.complete(actor_of(user), session.pk, route="test")
    assert len(kept(user)["memory"]) == 10
    claim.release(ids, user.pk, guest.guest)
    assert kept(user) == {"memory": [], "achievements": set(), "days": []}


def test_single_answers_teach_and_earn_nothing_when_claimed(activity, guest):
    user, item = learner(), activity.items.first()
    answer.answer([Submission(guest, None, item.pk, item.answer, 900)])
    assert len(claim.claim(guest.guest, user.pk)) == 1
    assert kept(user) == {"memory": [], "achievements": set(), "days": []}


def test_the_history_shows_them_at_once_and_no_more_after_a_release(activity, guest):
    user = learner()
    practise(guest, activity, on=0)
    practise(actor_of(user), activity, on=1)

    def shown():
        return client_of(user).get("/api/v1/sessions/history").json()["total"]

    assert shown() == 1
    ids = claim.claim(guest.guest, user.pk)
    assert shown() == 2
    claim.release(ids, user.pk, guest.guest)
    assert shown() == 1


def test_claims_are_dated(activity, guest):
    practise(guest, activity, on=0)
    other = uuid4()
    claim.hand_over(guest.guest, other)
    session = Session.objects.get(guest=other)
    assert session.claimed_at is not None
    assert session.claimed_at <= timezone.now()
