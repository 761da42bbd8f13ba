"""The same small world, as often as it is wanted: same ids, same order of items, same time."""

import threading
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.core.cache import cache
from django.core.management import call_command

from sessions_core import tokens
from sessions_core.fast import answers, catalogue
from sessions_core.grading import DefaultJudge, Judgement
from sessions_core.lifecycle import end, pause
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.models import Plan, Session
from sessions_core.queries import freshness
from sessions_core.rest import limits
from sessions_core.tokens import trust

from ..builders import actor_of, learner, vocabulary
from .corpus import World


class WhereJudged(DefaultJudge):
    """Notes in which threads it is asked."""

    threads: ClassVar[list[threading.Thread]] = []

    def judge(self, *args: Any) -> Judgement:
        self.threads.append(threading.current_thread())
        return super().judge(*args)


def stopped_clock() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def build() -> World:
    """Empty the database and fill it anew. The sequences begin again, so ids are the same."""
    call_command("flush", interactive=False, verbosity=0)
    cache.clear()
    freshness.forget()
    limits.forget()
    trust.forget()
    catalogue.forget()
    answers.forget()
    activity = vocabulary()
    sequence = vocabulary([("one", "uno")], key="other", name="Other")
    retired = vocabulary([("two", "dos")], key="retired", name="Retired")
    retired.items.update(is_active=False)
    ana, ben, staff = learner("ana"), learner("ben"), learner("staff")
    type(staff).objects.filter(pk=staff.pk).update(is_staff=True)
    made = {
        name: start(actor_of(ana), "portal", Wishes(activity_id=activity.pk))
        for name in ("active", "completed", "cancelled", "paused", "expired")
    }
    made["free"] = start(actor_of(ana), "exercises", Wishes())
    made["of_ben"] = start(actor_of(ben), "portal", Wishes(activity_id=activity.pk))
    end.complete(actor_of(ana), made["completed"].pk, route="test")
    end.cancel(actor_of(ana), made["cancelled"].pk, route="test")
    pause.pause(actor_of(ana), made["paused"].pk, route="test")
    Session.objects.filter(pk=made["expired"].pk).update(
        time_limit=10, deadline_at=datetime(2026, 3, 1, 11, tzinfo=UTC)
    )
    return World(
        tokens.issue(ana).access,
        tokens.issue(ben).access,
        tokens.issue(staff).access,
        activity.pk,
        retired.pk,
        {name: (session.public_id, session.pk) for name, session in made.items()},
        Plan.objects.get(session=made["active"]).item_ids,
        sequence.items.get().pk,
        retired.items.get().pk,
    )
