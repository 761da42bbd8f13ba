"""Two sessions become one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from sessions_core import clock
from sessions_core.retrying import retrying

from . import learners
from .app_settings import app_settings
from .documents import fits
from .locks import lock_held
from .models import AnonymousSession, Charge, Usage


def merge(source: AnonymousSession, target: AnonymousSession) -> AnonymousSession:
    """Move what ``source`` counts and holds into ``target``; its id leads there from then on.

    Once only, in whichever direction it is asked and however often: two ids that already lead to
    one session have nothing to merge. What belongs to an account is never poured into a session
    that does not: such a source is left as it is. Gives the session that ``target`` leads to.

    Raises ``UnknownSession`` where one of them came to another owner meanwhile.
    """
    return retrying(_merge, source, target)


def _merge(source: AnonymousSession, target: AnonymousSession) -> AnonymousSession:
    with transaction.atomic():
        giver, taker = lock_held(source, target)
        if giver.pk == taker.pk or giver.user_id not in (None, taker.user_id):
            return taker
        _move_usage(giver, taker, clock.now())
        _move_charges(giver, taker)
        giver.concepts.update(session=taker)
        giver.adoptions.all().delete()
        _hand_over(giver, taker)
        _combine(giver, taker)
        giver.aliases.update(merged_into=taker)
        giver.merged_into = taker
        giver.save(update_fields=["merged_into", "preferences"])
        return taker


def _hand_over(giver: AnonymousSession, taker: AnonymousSession) -> None:
    """The learning sessions go along; where an account has ``taker``, an undo gives them back."""
    moved = learners.hand_over(giver, taker)
    if moved:
        for adoption in taker.adoptions.filter(undone_at=None):
            adoption.moved += moved
            adoption.save(update_fields=["moved"])


def _move_charges(giver: AnonymousSession, taker: AnonymousSession) -> None:
    """Both may have used a key; the taker's charge is then the one that a retry finds."""
    taken = taker.charges.filter(quota=OuterRef("quota"), key=OuterRef("key"))
    giver.charges.filter(Exists(taken)).update(key=None)
    giver.charges.update(session=taker)


def _move_usage(giver: AnonymousSession, taker: AnonymousSession, now: datetime) -> None:
    own = {row.quota: row for row in taker.usage.select_for_update()}
    for row in giver.usage.select_for_update():
        if row.quota in own:
            _add(own[row.quota], row, now)
            _prolong(own[row.quota], row, now)
            row.delete()
        else:
            row.session = taker
            row.save(update_fields=["session"])


def _add(into: Usage, row: Usage, now: datetime) -> None:
    """Running windows add up and end with the later one: merging never frees a unit early."""
    ends = [each.resets_at for each in (into, row) if each.used_at(now) and each.resets_at]
    into.used = into.used_at(now) + row.used_at(now)
    into.total += row.total
    if ends:
        into.resets_at = max(ends)
    into.save(update_fields=["used", "total", "resets_at"])


def _prolong(into: Usage, row: Usage, now: datetime) -> None:
    """What was charged in either running window can be given back until the longer one ends."""
    charges = Charge.objects.filter(session__in=[into.session, row.session], quota=into.quota)
    charges.filter(resets_at__gt=now, refunded_at=None).update(resets_at=into.resets_at)


def _combine(giver: AnonymousSession, taker: AnonymousSession) -> None:
    """The taker's preferences stand; the giver's fill the gaps, where there is room for them."""
    both = giver.preferences | taker.preferences
    if both != taker.preferences and fits(both, app_settings.MAX_PREFERENCES_BYTES):
        taker.preferences = both
        taker.save(update_fields=["preferences"])
    giver.preferences = {}
