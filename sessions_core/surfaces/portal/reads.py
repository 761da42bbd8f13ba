"""What a learner reads of the past, as plain functions: query, keep, render. Both lanes come this
way.
"""

from contextlib import suppress

from ... import access, clock
from ...actor import Actor
from ...errors import SessionBusy
from ...lifecycle import outcomes, statements
from ...lifecycle.statements import Asking
from ...models import Session
from ...queries import freshness, results, shown
from ...queries import history as listing
from ...queries.freshness import Reading, Rows
from . import render
from .operations import Json, Record


def is_plain(actor: Actor) -> bool:
    """Whether all of it is read by statements of our own. A guest has no days to add up."""
    return statements.on_postgres() and actor.user_id is not None


def history(actor: Actor, wanted: listing.Wanted) -> Json:
    if is_plain(actor):
        return statements.resolve(_history(actor, wanted))
    mark = freshness.mark_of(actor)
    return freshness.cached(
        *(("history", actor.scope, wanted), mark, freshness.HISTORY_SECONDS),
        lambda: render.history(listing.page(actor, wanted, mark.started)),
    )


def history_asking(actor: Actor, wanted: listing.Wanted, record: Record) -> Asking[None]:
    """``history`` of a plain actor, for whoever runs the statements. ``record`` is given the
    reply.
    """
    record((yield from _history(actor, wanted)))


def _history(actor: Actor, wanted: listing.Wanted) -> Asking[Json]:
    assert actor.user_id is not None

    def see(rows: Rows) -> tuple[freshness.Mark, int | None]:
        mark = freshness.mark_in(rows)
        return mark, mark.started

    def make(started: int, *rows: Rows) -> Json:
        return render.history(listing.from_rows(wanted, started, *rows))

    _, page = yield from freshness.reading(
        Reading(
            key=("history", actor.scope, wanted),
            seconds=freshness.HISTORY_SECONDS,
            look=freshness.marking(actor.user_id),
            see=see,
            rest=listing.asking(actor.user_id, wanted),
            make=make,
        )
    )
    return page


def details(actor: Actor, session_id: str) -> Json:
    """Raises ``SessionNotFound``, ``NotYourSession``."""
    if is_plain(actor):
        with suppress(SessionBusy):
            return statements.resolve(_details(actor, session_id))
    session = shown.shown(actor, session_id, "portal:details")
    body = freshness.cached(
        *(("details", session.pk), session.last_seq, freshness.DETAILS_SECONDS),
        lambda: render.details(session, results.of_session(session), clock.now()),
    )
    return _timed(body, session)


def details_asking(actor: Actor, session_id: str, record: Record) -> Asking[None]:
    """``details`` for a plain actor, for whoever runs the statements. ``record`` is given the
    reply. Raises also ``SessionBusy``, where something has to be written first.
    """
    record((yield from _details(actor, session_id)))


def _details(actor: Actor, given: str) -> Asking[Json]:
    pk = access.session_id_for(given)

    def see(rows: Rows) -> tuple[int, Session]:
        session = shown.from_rows(actor, given, rows)
        return session.last_seq, session

    def make(session: Session, went: Rows) -> Json:
        return render.details(session, outcomes.from_rows(went), clock.now())

    session, body = yield from freshness.reading(
        Reading(
            key=("details", pk),
            seconds=freshness.DETAILS_SECONDS,
            look=shown.asking(pk),
            see=see,
            rest=[outcomes.asking(pk)],
            make=make,
        )
    )
    return _timed(body, session)


def _timed(body: Json, session: Session) -> Json:
    """A session that is running is so for longer than when its page was kept."""
    return {**body, "timing": render.timing(session, clock.now())}
