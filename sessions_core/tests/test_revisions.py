"""Whoever changes a session or a memory raises its revision: the fast path trusts in that.

The database itself looks: a change that leaves the revision as it was breaks its statement.
"""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from sessions_core.actor import Actor
from sessions_core.lifecycle import claim, end, pause
from sessions_core.lifecycle.answer import answer
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission
from sessions_core.models import Item, ItemMemory, Session

from .builders import actor_of, learner, vocabulary

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

_WATCH = """
CREATE FUNCTION revision_is_raised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.revision = OLD.revision THEN
        RAISE EXCEPTION 'The revision of % was not raised', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER watch BEFORE UPDATE ON sessions_core_session
    FOR EACH ROW EXECUTE FUNCTION revision_is_raised();
CREATE TRIGGER watch BEFORE UPDATE ON sessions_core_itemmemory
    FOR EACH ROW EXECUTE FUNCTION revision_is_raised();
"""


@pytest.fixture(autouse=True)
def _watched(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WATCH)


def practise(actor: Actor, activity, places: int = 3, **wishes) -> Session:
    session = start(actor, "portal", Wishes(activity_id=activity.pk, item_count=5, **wishes))
    for item_id in session.plan.item_ids[:places]:
        text = Item.objects.get(pk=item_id).answer
        answer([Submission(actor, session.pk, item_id, text, 1000, key=uuid4())])
    return session


def test_the_watch_sees_a_writer_that_forgets() -> None:
    session = practise(actor_of(learner()), vocabulary())
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE sessions_core_session SET zone = 'X' WHERE id = %s", [session.pk])


def test_every_verb_raises_it() -> None:
    actor, activity = actor_of(learner()), vocabulary()
    for last in (end.complete, end.cancel):
        session = practise(actor, activity)
        pause.pause(actor, session.pk, route="test", claimed_seconds=10)
        pause.pause(actor, session.pk, route="test", claimed_seconds=20)
        pause.resume(actor, session.pk, route="test")
        last(actor, session.pk, route="test")
    session = practise(actor, activity, time_limit=10)
    Session.objects.filter(pk=session.pk).update(deadline_at="2020-01-01T00:00Z")
    assert end.expire_due() == 1
    free = start(actor, "exercises", Wishes())
    item = activity.items.first()
    answer([Submission(actor, free.pk, item.pk, "hola", 1000)] * 2)
    answer([Submission(actor, None, item.pk, "hola", 1000)])
    # Items that are met again have memories that are there already.
    for _ in range(2):
        end.complete(actor, practise(actor, activity, 5).pk, route="test")
    assert ItemMemory.objects.filter(revision__gt=0).exists()


def test_whoever_gives_sessions_away_raises_it() -> None:
    user, activity, guest, other = learner(), vocabulary(), uuid4(), uuid4()
    session = practise(Actor(guest=guest), activity)
    end.complete(Actor(guest=guest), session.pk, route="test")
    claim.hand_over(guest, other)
    ids = claim.claim(other, user.pk)
    assert ids == [session.pk]
    end.complete(actor_of(user), practise(actor_of(user), activity, 5).pk, route="test")
    claim.release(ids, user.pk, guest)
    assert Session.objects.get(pk=session.pk).guest == guest


def test_mending_raises_it() -> None:
    session = practise(actor_of(learner()), vocabulary())
    Session.objects.filter(pk=session.pk).update(attempt_count=9)
    before = Session.objects.get(pk=session.pk).revision
    call_command("verify_stats", "--fix", stdout=StringIO())
    mended = Session.objects.get(pk=session.pk)
    assert mended.attempt_count == 3
    assert mended.revision == before + 1
