"""What a learner reads of the past: query, keep, render."""

from typing import Any

from ... import clock
from ...actor import Actor
from ...queries import current, freshness, results
from ...queries import history as listing
from . import render

Json = dict[str, Any]


def history(actor: Actor, wanted: listing.Wanted) -> Json:
    mark = freshness.mark_of(actor)
    return freshness.cached(
        *(("history", actor.scope, wanted), mark, freshness.HISTORY_SECONDS),
        lambda: render.history(listing.page(actor, wanted, mark.started)),
    )


def details(actor: Actor, session_id: str) -> Json:
    """Raises ``SessionNotFound``, ``NotYourSession``."""
    session = current.shown(actor, session_id, "portal:details")
    now = clock.now()
    body = freshness.cached(
        *(("details", session.pk), session.revision, freshness.DETAILS_SECONDS),
        lambda: render.details(session, results.of_session(session), now),
    )
    # A session that is running is so for longer than when its page was kept.
    return {**body, "timing": render.timing(session, now)}
